"""What type a name is of, by its own words: "… Technologies" is a company, "Ministry of …" a government body."""

from spacy.tokens import Span

from graph_schema.vocabulary import EntityType
from loaders.extraction.words import words

_BY_LABEL: dict[str, EntityType] = {
    "PERSON": EntityType.PERSON,
    "ORG": EntityType.COMPANY,
    "GPE": EntityType.PLACE,
    "LOC": EntityType.PLACE,
    "FAC": EntityType.FACILITY,
    "PRODUCT": EntityType.PRODUCT,
    "EVENT": EntityType.EVENT,
    "LAW": EntityType.POLICY,
}
GOODS = frozenset({EntityType.PRODUCT, EntityType.TECHNOLOGY, EntityType.MATERIAL})
LABELS = frozenset(_BY_LABEL)
"""Labels of the entity recogniser that name something the graph keeps."""


def type_by_words(name: str) -> EntityType | None:
    """The type that the words of a proper name tell, the last counting most; None when they tell nothing."""
    parts = [part.strip(".,").casefold() for part in name.split()]
    if len(parts) < 2:
        return None
    known = words().type_by_word
    heads = [index for index, part in enumerate(parts) if part in ("of", "for", "on", "in")]
    if heads and heads[0] > 0 and parts[heads[0] - 1] in known:
        return known[parts[heads[0] - 1]]
    return known.get(parts[-1])


def is_named_like_goods(name: str) -> bool:
    """Whether a firm may be called by what it sells: several words with capitals, the last a plural or a raw material.

    "Harbor Tools", "Jiangxi Copper", "Everspin Memory", but neither "Ascend processor" nor "Philip Glass".
    """
    parts = name.split()
    if len(parts) < 2 or not all(part[:1].isupper() for part in parts) or not parts[-1].istitle():
        return False
    known, last = words(), parts[-1].casefold()
    singular = last[:-3] + "y" if last.endswith("ies") else last.removesuffix("s")
    heads = known.product_heads | known.material_heads | known.technology_heads
    return last in known.firm_goods or (last != singular and singular in heads)


def _described(span: Span) -> EntityType | None:
    """A firm, where a common noun beside the name says so: "Leoni, a cable maker", "the chipmaker Rapidus"."""
    known = words()
    beside = [child for child in span.root.rights if child.dep_ == "appos"]
    if span.start and span.doc[span.start - 1].dep_ in ("compound", "nmod"):
        beside.append(span.doc[span.start - 1])
    named = {token.lemma_.lower() for token in beside if token.pos_ == "NOUN" and token.text.islower()}
    return EntityType.COMPANY if named & (known.sure_firm_nouns | known.maker_words.keys()) else None


def type_of(span: Span, label: str) -> EntityType | None:
    """The type of a name that the recogniser found with `label`; None when it is no entity of the graph."""
    told = type_by_words(span.text) or _described(span)
    if label in ("PERSON", "ORG") and told in (None, *GOODS) and is_named_like_goods(span.text):
        return EntityType.COMPANY
    if label == "PERSON":
        # A recogniser without context takes many firms for people: only words that no person bears overrule it.
        return (
            told if told in (EntityType.COMPANY, EntityType.GOVERNMENT_BODY, EntityType.POLICY) else EntityType.PERSON
        )
    if told is not None and label in ("ORG", "FAC", "LOC", "GPE", "PRODUCT", "EVENT", "LAW", "WORK_OF_ART"):
        return told
    return _BY_LABEL.get(label)
