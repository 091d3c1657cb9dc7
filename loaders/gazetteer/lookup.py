"""From a name to the known entity that it writes: exact after normalisation, never a guess."""

from collections import defaultdict
from functools import cache

from graph_schema.vocabulary import EntityType
from loaders.gazetteer.entries import Form, FormKind, GazetteerEntry, forms, read_data
from loaders.gazetteer.legal_forms import strip_legal_form
from loaders.gazetteer.ministries import Ministry, MinistryNames
from loaders.gazetteer.normalise import normalise

_COMMON_NOUNS = frozenset({EntityType.MATERIAL, EntityType.TECHNOLOGY, EntityType.PRODUCT, EntityType.POLICY})
_NEEDS_CAPITALS = frozenset(read_data("ordinary_words.yaml")["ordinary_words"])
"""Names that are ordinary words, or too short, when written without a capital."""


def needs_capital(name: str) -> bool:
    """Whether a name, in small letters, is an ordinary word too."""
    return name in _NEEDS_CAPITALS


class Gazetteer:
    """Known entities by every name under which they are written. Make one with `gazetteer()`: it is read once."""

    def __init__(self, known: list[Form], ministries: MinistryNames) -> None:
        self.forms: tuple[Form, ...] = tuple(known)
        self._by_key: defaultdict[str, list[Form]] = defaultdict(list)
        for form in known:
            bucket = self._by_key[normalise(form.text)]
            if not any(other.entry == form.entry and other.kind == form.kind for other in bucket):
                bucket.append(form)
        self._ministries = ministries

    def lookup(self, name: str, type: EntityType | None = None) -> GazetteerEntry | None:
        """The entity that `name` writes; None when unknown, or when several are meant and `type` does not tell.

        Case, punctuation, a leading article, a legal suffix and the Chinese script do not matter, except that an ordinary
        word ("target", "us") needs its capital. Adjectives, capitals and government offices name their country.
        """
        found = {
            (form.entry.name, form.entry.type): form.entry
            for form in self.matches(name)
            if type is None or form.entry.type is type
        }
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            return None
        if type in (None, EntityType.GOVERNMENT_BODY):
            return self._ministry_entry(name)
        return None

    def matches(self, name: str) -> list[Form]:
        """All forms that `name` equals, first without and then with its legal suffix set aside; the best known first."""
        key = normalise(name)
        if name == key and key in _NEEDS_CAPITALS:
            return []
        if found := self._by_key.get(key):
            exact = [form for form in found if form.text == name]
            return exact + [form for form in found if form.text != name]
        whole = name.strip()
        if (shorter := strip_legal_form(whole)) != whole:
            key = normalise(shorter)
            return [form for form in self._by_key.get(key, ()) if form.entry.type not in _COMMON_NOUNS]
        return []

    def country(self, name: str) -> GazetteerEntry | None:
        """The country that `name` or adjective stands for, capitals and offices included."""
        return next((form.entry for form in self.matches(name) if form.entry.type is EntityType.COUNTRY), None)

    def ministry(self, name: str) -> Ministry | None:
        """Portfolio and country that a ministry's name says; None when it names no ministry."""
        return self._ministries.read(name)

    def department(self, name: str) -> str | None:
        """Name in the graph of a United States department, whichever way it is written; None for anything else."""
        return self._ministries.department(name)

    def _ministry_entry(self, name: str) -> GazetteerEntry | None:
        ministry = self._ministries.read(name)
        if ministry is not None and ministry.country is not None:
            return GazetteerEntry(ministry.name, EntityType.GOVERNMENT_BODY, ())
        department = self._ministries.department(name)
        return None if department is None else GazetteerEntry(department, EntityType.GOVERNMENT_BODY, ())


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer shipped with this version."""
    known = list(forms())
    countries = {
        normalise(form.text): form.entry.name
        for form in known
        if form.entry.type is EntityType.COUNTRY and form.kind in (FormKind.NAME, FormKind.ADJECTIVE)
    }
    bodies = read_data("bodies.yaml")
    return Gazetteer(known, MinistryNames(bodies["ministries"], bodies["departments"], countries))
