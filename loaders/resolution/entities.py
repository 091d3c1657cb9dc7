"""From the name that a source uses to the entity of the graph.

A pure function of the mention, the gazetteer and the relation's signature: it never asks the database, so that the graph
does not depend on the order in which documents are loaded, and what a document brought can be taken back exactly.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from graph_schema.domain import Entity
from graph_schema.ids import EntityId, entity_id
from graph_schema.vocabulary import EntityType, RelationDefinition
from loaders.gazetteer import GazetteerEntry, gazetteer, strip_legal_suffix
from loaders.resolution import names
from loaders.triple import Mention

_KIN: tuple[frozenset[EntityType], ...] = (
    frozenset({EntityType.COMPANY, EntityType.ORGANIZATION}),
    frozenset({EntityType.GOVERNMENT_BODY, EntityType.ORGANIZATION}),
    frozenset({EntityType.COUNTRY, EntityType.PLACE}),
    frozenset({EntityType.COUNTRY, EntityType.GOVERNMENT_BODY}),
    frozenset({EntityType.BLOC, EntityType.ORGANIZATION}),
    frozenset({EntityType.PRODUCT, EntityType.TECHNOLOGY, EntityType.MATERIAL}),
)
"""Types that sources confuse: where a source's type differs from the gazetteer's within one group, the gazetteer's holds."""

_PROPER = (
    EntityType.COMPANY,
    EntityType.ORGANIZATION,
    EntityType.PERSON,
    EntityType.GOVERNMENT_BODY,
    EntityType.PRODUCT,
    EntityType.TECHNOLOGY,
    EntityType.MATERIAL,
    EntityType.FACILITY,
    EntityType.POLICY,
    EntityType.PLACE,
    EntityType.EVENT,
    EntityType.BLOC,
    EntityType.COUNTRY,
)
_COMMON = (
    EntityType.PRODUCT,
    EntityType.MATERIAL,
    EntityType.TECHNOLOGY,
    EntityType.POLICY,
    EntityType.FACILITY,
    EntityType.EVENT,
    *_PROPER,
)


@dataclass(frozen=True, slots=True)
class Identified:
    """A mention under its canonical name; `type` is None while only the relation's signature can tell it."""

    name: str
    type: EntityType | None
    aliases: tuple[str, ...] = ()
    """Other names that the gazetteer knows."""
    names: tuple[str, ...] = ()
    """Names under which the source mentions it, sorted, beyond those that the gazetteer knows."""
    readings: tuple[GazetteerEntry, ...] = ()
    """What the name may mean, of different types, where only the signature can tell: Beijing is a city or China."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """An entity with its id, which costs too much to compute for each mention."""

    id: EntityId
    entity: Entity


def identify(mention: Mention) -> Identified:
    """The canonical name of a mention and, where it or the gazetteer tells, its type."""
    return _identify(mention.name, mention.type, mention.aliases)


@lru_cache(maxsize=65_536)
def entity(identified: Identified, type: EntityType) -> Resolved:
    """The entity, of its own type where it has one, else of `type`, under all its names."""
    for reading in identified.readings:
        if reading.type is type:
            result = Entity(type, reading.name, tuple(sorted({*reading.aliases} - {reading.name})))
            return Resolved(result.id, result)
    type, name = identified.type or type, identified.name
    spellings = {name, *identified.names}
    if name in identified.names:  # so it is unless the gazetteer has it
        name = shown_name(type, spellings, name)
    result = Entity(type, name, tuple(sorted(spellings.union(identified.aliases) - {name})))
    return Resolved(result.id, result)


def shown_name(type: EntityType, spellings: Collection[str], name: str) -> str:
    """The spelling to show of those that are one id with `name`, whichever came first."""
    if len(spellings) == 1:
        return next(iter(spellings))
    id = entity_id(type, name)
    return names.best_name([spelling for spelling in spellings if spelling == name or entity_id(type, spelling) == id])


def merge(one: Entity, other: Entity) -> Entity:
    """What two sources together know of one entity, whichever came first."""
    if one == other:
        return one
    names_of_both = {one.name, other.name}
    if len(names_of_both) == 1:
        name = one.name
    else:
        entry = next((e for n in sorted(names_of_both) if (e := gazetteer().lookup(n, one.type)) is not None), None)
        name = entry.name if entry is not None and entry.name in names_of_both else names.best_name(names_of_both)
    return Entity(one.type, name, tuple(sorted({*names_of_both, *one.aliases, *other.aliases} - {name})))


@dataclass(frozen=True, slots=True)
class Fit:
    """The ends of a relation as its signature wants them."""

    subject_type: EntityType
    object_type: EntityType
    reversed: bool = False
    """The source had subject and object the other way round."""


def fit(subject: Identified, definition: RelationDefinition, object: Identified) -> Fit | None:
    """Types for both ends within the signature; None when it admits them in neither order.

    The source's order is kept where it fits. Ends of unknown type take the likeliest that the signature admits.
    """
    straight = _types(subject, definition.subject_types, object, definition.object_types)
    if straight is not None:
        return Fit(*straight)
    turned = _types(subject, definition.object_types, object, definition.subject_types)
    if turned is None:
        return None
    return Fit(*turned) if definition.symmetric else Fit(turned[1], turned[0], reversed=True)


def _types(
    subject: Identified, subject_types: frozenset[EntityType], object: Identified, object_types: frozenset[EntityType]
) -> tuple[EntityType, EntityType] | None:
    first, second = _within(subject, subject_types), _within(object, object_types)
    return None if first is None or second is None else (first, second)


def _within(end: Identified, types: frozenset[EntityType]) -> EntityType | None:
    if end.type is not None:
        return end.type if end.type in types else None
    for reading in sorted(end.readings, key=lambda reading: reading.type is not EntityType.PLACE):
        if reading.type in types:
            return reading.type
    return None if end.readings else likeliest(end.name, types)


def anything(end: Identified) -> EntityType:
    """Type of an end of which no signature tells more."""
    return end.type or (end.readings[0].type if end.readings else likeliest(end.name, frozenset(EntityType)))


@lru_cache(maxsize=65_536)
def likeliest(name: str, types: frozenset[EntityType]) -> EntityType:
    """The likeliest of `types` for a name that tells nothing; when any is admitted an Organization, or a Product if no
    proper name. One order for all relations, so that a name mostly becomes one entity."""
    proper = names.is_proper(name)
    if len(types) == len(EntityType):
        return EntityType.ORGANIZATION if proper else EntityType.PRODUCT
    return next(type for type in (_PROPER if proper else _COMMON) if type in types)


@lru_cache(maxsize=65_536)
def _identify(name: str, type: EntityType | None, aliases: tuple[str, ...]) -> Identified:
    outer, inner = names.split_bracket(names.tidy(name))
    said = {outer, *map(names.tidy, aliases)} | ({inner} if inner is not None else set())
    for form, wanted in dict.fromkeys(_forms(name, outer, inner, aliases, type)):
        if (found := _look_up(form, wanted)) is not None:
            entry = gazetteer().lookup(found.name, found.type) or found  # its aliases must not depend on the form
            new = (name for name in said if name != entry.name and gazetteer().lookup(name, entry.type) != entry)
            return Identified(entry.name, entry.type, entry.aliases, tuple(sorted(new)))
    if type is None and (readings := _readings(outer)):
        return Identified(outer, None, readings=readings)
    plain = names.without_possessive(names.without_article(outer))
    canonical = plain
    if type in (None, EntityType.COMPANY, EntityType.ORGANIZATION):
        canonical = strip_legal_suffix(plain)
        if type is None and canonical != plain:
            type = EntityType.COMPANY
        if gazetteer().lookup(canonical) is not None:
            canonical = plain  # what the gazetteer has under that name is something else: "Japan Inc" is not Japan
    canonical = names.traditional(canonical)
    return Identified(canonical, type or names.told_type(canonical), (), tuple(sorted(said | {canonical})))


def _forms(
    name: str, outer: str, inner: str | None, aliases: tuple[str, ...], type: EntityType | None
) -> Iterator[tuple[str, EntityType | None]]:
    """Forms to look up, each with the type it must have; the closest to what is written first."""
    yield name, type
    yield outer, type
    plain = names.without_possessive(names.without_article(outer))
    yield plain, type
    if (firm := strip_legal_suffix(plain)) != plain:
        yield firm, type or EntityType.COMPANY
    if inner is not None:
        yield inner, type
    for alias in aliases:
        yield alias, type
    if (
        plain.islower()
    ):  # a table may be all in lower case; the gazetteer wants its capital of a name that is also a word
        yield plain.title(), type
        yield plain.upper(), type


def _readings(name: str) -> tuple[GazetteerEntry, ...]:
    """What an ambiguous name may mean: per type the one entry of that name, types with several left out."""
    entries = dict.fromkeys(form.entry for form in gazetteer().matches(name))
    types = Counter(entry.type for entry in entries)
    return tuple(entry for entry in entries if types[entry.type] == 1)


def _look_up(form: str, type: EntityType | None) -> GazetteerEntry | None:
    entry = gazetteer().lookup(form, type)
    if entry is None and type is not None:
        other = gazetteer().lookup(form)
        if other is not None and any({type, other.type} <= kin for kin in _KIN):
            return other
    return entry
