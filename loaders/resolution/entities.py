"""From the name that a source uses to the entity of the graph.

A pure function of the mention, the gazetteer and the relation's signature: it never asks the database, so that the graph
does not depend on the order in which documents are loaded, and what a document brought can be taken back exactly.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from graph_schema.domain import Entity
from graph_schema.ids import EntityId, entity_id
from graph_schema.vocabulary import THINGS, EntityType, RelationDefinition
from loaders.gazetteer import GazetteerEntry, gazetteer, strip_legal_form, without_article
from loaders.resolution import names
from loaders.triple import NamedEntity

_KIN: tuple[frozenset[EntityType], ...] = (
    frozenset({EntityType.COMPANY, EntityType.ORGANIZATION}),
    frozenset({EntityType.GOVERNMENT_BODY, EntityType.ORGANIZATION}),
    frozenset({EntityType.COUNTRY, EntityType.PLACE}),
    frozenset({EntityType.COUNTRY, EntityType.GOVERNMENT_BODY}),
    frozenset({EntityType.BLOC, EntityType.ORGANIZATION, EntityType.GOVERNMENT_BODY, EntityType.COUNTRY}),
    frozenset({EntityType.PRODUCT, EntityType.TECHNOLOGY, EntityType.MATERIAL}),
)
"""Types that sources confuse: where a source's type differs from the gazetteer's within one group, the gazetteer's holds."""

_HINTS = frozenset({*THINGS, EntityType.FACILITY, EntityType.PLACE, EntityType.EVENT})
"""Types that the last word of a firm's name may tell wrongly: Jiangxi Copper, Harbor Tools, Red River."""
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
    namesake: str | None = None
    """The name of somebody or something else that may be meant, where the source tells no type and a relation cannot hold
    for what is known under the name: Ford is a firm and a surname, turkey a bird."""
    hint: EntityType | None = None
    """Type that the last word of the name hints at, without `type`: Harbor Tools may be tools, and is rather a firm."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """An entity with its id, which costs too much to compute for each mention."""

    id: EntityId
    entity: Entity


def identify(mention: NamedEntity) -> Identified:
    """The canonical name of a mention and, where it or the gazetteer tells, its type."""
    return _identify(mention.name, mention.type, mention.aliases)


@lru_cache(maxsize=65_536)
def entity(identified: Identified, type: EntityType) -> Resolved:
    """The entity of `type` that is meant, under all its names."""
    for reading in identified.readings:
        if reading.type is type:
            result = Entity(type, reading.name, tuple(sorted({*reading.aliases} - {reading.name})))
            return Resolved(result.id, result)
    name = identified.name
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

    subject: Identified
    subject_type: EntityType
    object: Identified
    object_type: EntityType


def fit(subject: Identified, definition: RelationDefinition, object: Identified) -> Fit | None:
    """Ends within the signature, in the source's order, which a symmetric relation does not have; None when there are none.

    An end whose known meaning the signature does not admit may be somebody or something else of its name. Ends of unknown
    type take the likeliest that the signature admits.
    """
    subject, object = _located(subject, object), _located(object, subject)
    first, second = definition.subject_types, definition.object_types
    straight = _within(subject, first), _within(object, second)
    if straight[0] is not None and straight[1] is not None:
        return Fit(subject, straight[0], object, straight[1])
    turned = _within(subject, second), _within(object, first)
    if turned[0] is not None and turned[1] is not None:
        if definition.symmetric:
            return Fit(subject, turned[0], object, turned[1])
        if straight == (None, None):
            return None  # the row is the wrong way round: no namesakes are meant
    one = (subject, straight[0]) if straight[0] is not None else _namesake(subject, first)
    other = (object, straight[1]) if straight[1] is not None else _namesake(object, second)
    return None if one is None or other is None else Fit(*one, *other)


def _within(end: Identified, types: frozenset[EntityType]) -> EntityType | None:
    if end.type is not None:
        return end.type if end.type in types else None
    if end.hint in types and (end.hint not in THINGS or EntityType.COMPANY not in types):
        return end.hint
    for reading in sorted(end.readings, key=lambda reading: _preference(end, reading)):
        if reading.type in types:
            return reading.type
    return None if end.readings else likeliest(end.name, types)


def _preference(end: Identified, reading: GazetteerEntry) -> int:
    """A country before a region of its name, a city before the country that it stands for."""
    if reading.type is EntityType.COUNTRY and reading.name == end.name:
        return 0
    return 1 if reading.type is EntityType.PLACE else 2


def _located(end: Identified, other: Identified) -> Identified:
    """`end` as a region where it shares its name with a country and the other end is a city of the region."""
    if end.readings and names.is_region_beside(end.name, other.name):
        return replace(end, readings=tuple(reading for reading in end.readings if reading.type is EntityType.PLACE))
    return end


def _namesake(end: Identified, types: frozenset[EntityType]) -> tuple[Identified, EntityType] | None:
    """Who or what else of the name of `end` is of one of `types`: a person of a proper name, a thing of any other."""
    if end.namesake is None:
        return None
    proper = names.is_proper(end.namesake)
    likely = (
        [EntityType.PERSON] if proper and EntityType.PERSON in types else [type for type in THINGS if type in types]
    )
    return (Identified(end.namesake, likely[0], names=(end.namesake,)), likely[0]) if likely else None


def unfit(subject: Identified, definition: RelationDefinition | None, object: Identified) -> Fit:
    """Ends of what becomes RELATED_TO: an end that the relation which was meant does admit is who it would have been."""
    subject_type = None if definition is None else _within(subject, definition.subject_types)
    object_type = None if definition is None else _within(object, definition.object_types)
    return Fit(subject, subject_type or anything(subject), object, object_type or anything(object))


def anything(end: Identified) -> EntityType:
    """Type of an end of which no signature tells more."""
    if end.type is not None:
        return end.type
    if end.readings:
        return end.readings[0].type
    if end.hint is not None:
        return EntityType.COMPANY if end.hint in THINGS else end.hint
    return likeliest(end.name, frozenset(EntityType))


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
    plain = names.without_possessive(without_article(outer))
    if (found := _known(name, outer, plain, type) or _abbreviated(plain, inner, aliases, type)) is not None:
        entry = gazetteer().lookup(found.name, found.type) or found  # its aliases must not depend on the form
        new = (name for name in said if name != entry.name and gazetteer().lookup(name, entry.type) != entry)
        namesake = plain if type is None and _may_be_another(plain, entry) else None
        return Identified(entry.name, entry.type, entry.aliases, tuple(sorted(new)), namesake=namesake)
    if type is None and (readings := _readings(outer)):
        namesake = plain if all(_may_be_another(plain, reading) for reading in readings) else None
        return Identified(outer, None, readings=readings, namesake=namesake)
    canonical = plain
    if type in (None, EntityType.COMPANY, EntityType.ORGANIZATION):
        canonical = strip_legal_form(plain)
        if type is None and canonical != plain:
            type = EntityType.COMPANY
        if gazetteer().lookup(canonical) is not None:
            canonical = plain  # what the gazetteer has under that name is something else: "Japan Inc" is not Japan
    canonical = names.one_script(canonical)
    told, hint = (type, None) if type is not None else (names.told_type(canonical), None)
    if type is None and told in _HINTS and _like_a_firm(canonical):
        told, hint = None, told
    return Identified(canonical, told, (), tuple(sorted(said | {canonical})), hint=hint)


def _known(name: str, outer: str, plain: str, type: EntityType | None) -> GazetteerEntry | None:
    """The known entity that a full name writes, the form closest to what is written first.

    A table may be all in lower case; the gazetteer wants its capital of a name that is also a word.
    """
    forms = [(name, type), (outer, type), (plain, type)]
    if (firm := strip_legal_form(plain)) != plain:
        forms.append((firm, type or EntityType.COMPANY))
    if plain.islower():
        forms += [(plain.title(), type), (plain.upper(), type)]
    return next((found for form, wanted in dict.fromkeys(forms) if (found := _look_up(form, wanted)) is not None), None)


def _abbreviated(
    name: str, inner: str | None, aliases: tuple[str, ...], type: EntityType | None
) -> GazetteerEntry | None:
    """The known entity that another name of a record writes, where its full name cuts a name of that entity short.

    By an acronym, an alias or a weak name alone nobody becomes somebody else: of the many that are called AMD one is known.
    """
    for form in ((inner,) if inner is not None else ()) + aliases:
        entry = _look_up(form, type)
        full = strip_legal_form(name)
        if entry is not None and any(
            names.abbreviates(full, strip_legal_form(other)) for other in (entry.name, *entry.aliases)
        ):
            return entry
    return None


def _may_be_another(name: str, entry: GazetteerEntry) -> bool:
    """Whether a known name may be a surname or a word too: one word, or the name of a firm that may be a person's."""
    words = name.split()
    if not all(word.replace("-", "").replace("'", "").isalpha() for word in words):
        return False
    if len(words) == 1:
        return not (name.isupper() and len(name) > 1)
    return entry.type is EntityType.COMPANY and len(words) < 4 and names.told_type(name) is None and name.istitle()


def _like_a_firm(name: str) -> bool:
    """Whether a name is written as one of a firm: several words, each with a capital, as in Jiangxi Copper."""
    words = name.split()
    return len(words) > 1 and words[-1].istitle() and all(word[0].isupper() or not word.isalpha() for word in words)


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
