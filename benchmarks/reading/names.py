"""Which annotated entity a reader means by a name: readers are not marked down for another form of the same name."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from benchmarks.reading.passages import GoldEntity
from graph_schema.vocabulary import EntityType

_NAMED_BY_WORDS = frozenset(
    {
        EntityType.PRODUCT,
        EntityType.TECHNOLOGY,
        EntityType.MATERIAL,
        EntityType.FACILITY,
        EntityType.POLICY,
        EntityType.EVENT,
    }
)
"""Types whose names are described rather than given: "TSMC Arizona plant", "TSMC Arizona fab"."""
_LEGAL_SUFFIX = re.compile(
    r"\b(co|corp|corporation|inc|incorporated|ltd|limited|llc|plc|ag|nv|n v|sa|gmbh|holding|holdings|company|kk|bv|spa|oyj|ab)$"
)
_SAME_WORD = {
    **dict.fromkeys(("plant", "factory", "fab", "facility", "complex", "foundry"), "site"),
    **dict.fromkeys(("semiconductor", "microchip"), "chip"),
    **dict.fromkeys(("nanometer", "nanometre"), "nm"),
    **dict.fromkeys(("curb", "restriction", "limit"), "control"),
    **dict.fromkeys(("duty", "levy"), "tariff"),
}
_UNTELLING = frozenset(
    "a advanced all an and certain critical for in its key new node of on own planned process such technology the to".split()  # noqa: SIM905 - a list of words, not of strings
)
_FIRST_IDEOGRAPH = 0x2E80
_SHORTEST_ACRONYM = 3


def normalised(name: str) -> str:
    """The name without what differs between two ways to write it: case, marks, article, possessive, legal suffix."""
    text = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
    text = re.sub(r"['’]s?\b", "", text)
    text = re.sub(r"\b([a-z])\.(?=[a-z]\b)", r"\1", text)  # u.s. is us
    text = re.sub(r"[^\w]+", " ", text).strip()
    text = re.sub(r"^(the|a|an) ", "", text)
    text = text.replace("isation", "ization")
    for _ in range(2):  # Co., Ltd.
        text = _LEGAL_SUFFIX.sub("", text).strip() or text
    return text


def telling_words(name: str) -> frozenset[str]:
    """The words of a thing's name that tell it from others, each in the singular and in one of its wordings."""
    words = (_SAME_WORD.get(word, word) for word in map(_singular, normalised(name).split()))
    return frozenset(words) - _UNTELLING


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word[:-1]


def acronym(name: str) -> str:
    """The capitals that begin its words, in lower case."""
    return "".join(word[0] for word in re.findall(r"[\w']+", name) if word[0].isupper()).casefold()


class EntityNames:
    """From what a reader calls an end to the annotated entity of one passage.

    The first that fits: the mention that the reader points at is one of the entity's; the name is the entity's, or one of its
    capitalised or Chinese mentions; one is the acronym of the other; for things, and where only one of the passage fits, the
    telling words are the same.
    """

    def __init__(self, entities: Iterable[GoldEntity]) -> None:
        entities = list(entities)
        self._by_mention: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._by_acronym: dict[str, str] = {}
        for entity in entities:
            for mention in filter(None, entity.mentions):
                self._by_mention.setdefault(normalised(mention), normalised(entity.name))
                if _is_name(mention):
                    self._by_name.setdefault(normalised(mention), normalised(entity.name))
        by_words: defaultdict[frozenset[str], set[str]] = defaultdict(set)
        for entity in entities:
            name = normalised(entity.name)
            self._by_name[name] = self._by_mention[name] = name
            for form in (entity.name, *entity.mentions):
                if form[:1].isupper() and len(acronym(form)) >= _SHORTEST_ACRONYM:
                    self._by_acronym.setdefault(acronym(form), name)
                if entity.type in _NAMED_BY_WORDS and (len(telling_words(form)) > 1 or form == entity.name):
                    by_words[telling_words(form)].add(name)
        self._by_words = {words: next(iter(names)) for words, names in by_words.items() if len(names) == 1 and words}

    def find(self, name: str, mention: str | None = None) -> str:
        """The entity's normalised name; the normalised `name` itself where no entity of the passage fits."""
        if mention and (found := self._by_mention.get(normalised(mention))) is not None:
            return found
        plain = normalised(name)
        if plain in self._by_name:
            return self._by_name[plain]
        short = acronym(name)
        if len(short) >= _SHORTEST_ACRONYM and short in self._by_name:
            return self._by_name[short]
        if name.isupper() and plain in self._by_acronym:
            return self._by_acronym[plain]
        return self._by_words.get(telling_words(name), plain)


def _is_name(mention: str) -> bool:
    first = mention[0]
    return first.isupper() or first.isdigit() or ord(first) > _FIRST_IDEOGRAPH
