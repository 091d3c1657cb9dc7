"""Who makes a thing, by the words around its name: "Nvidia's H200", "Boeing jets", "the processor from Mobileye"."""

from collections.abc import Iterator

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType, RelationType
from loaders.extraction.clauses import prepositional
from loaders.extraction.document import Mention, Referent, Text
from loaders.extraction.matching import RelationCandidate
from loaders.extraction.phrases import Phrases
from loaders.extraction.words import words
from loaders.gazetteer import FormKind

_COMPANY = frozenset({EntityType.COMPANY})
_TRADED = frozenset({"tariff", "duty", "levy", "import", "export", "ban"})
_MODIFIER = frozenset({"compound", "amod", "nmod", "poss"})


def made_by(mention: Mention, phrases: Phrases) -> Iterator[RelationCandidate]:
    """ "Nvidia's H200", "Boeing jets", "the EyeQ4 processor from Mobileye", "Chinese electric vehicles"."""
    doc, text = phrases.text.doc, phrases.text
    root = doc[mention.root]
    head = root
    if (
        root.dep_ in ("compound", "nmod", "appos", "amod")
        and root.head.pos_ in ("NOUN", "PROPN")
        and text.at(root.head) is None
    ):
        head = root.head
    if (
        head != root
        and head.lemma_.lower() not in words().product_heads | words().technology_heads | words().transparent_nouns
    ):
        return
    for anchor in dict.fromkeys((root, head, doc[mention.start])):
        for child in anchor.lefts:
            owner = text.at(child)
            if owner is None or owner is mention or owner.pronoun:
                continue
            made = RelationType.PRODUCES, owner.referent, mention.referent, root
            if owner.referent.type is EntityType.COMPANY and child.dep_ in _MODIFIER:
                yield RelationCandidate(*made, "'s", "possessed product", 0.75)
            elif head == root and _is_national(mention, owner, child, root):
                yield RelationCandidate(*made, child.text, "national product", 0.5)
    yield from _made_by_complement(mention, head, phrases)


def _made_by_complement(mention: Mention, head: Token, phrases: Phrases) -> Iterator[RelationCandidate]:
    """ "X's flagship H200", "the processor from X"."""
    doc, text = phrases.text.doc, phrases.text
    root = doc[mention.root]
    if mention.start > 1 and doc[mention.start - 1].text in ("'s", "’s"):
        owner = text.at(mention.start - 2)
        if owner is not None and owner.referent.type is EntityType.COMPANY:
            for thing in mention.referents:
                yield RelationCandidate(
                    RelationType.PRODUCES, owner.referent, thing, root, "'s", "possessed product", 0.75
                )
    for maker, word in _named_makers(head, text):
        yield RelationCandidate(RelationType.PRODUCES, maker, mention.referent, root, word.text, "made", 0.72)
    for listed in _listed_under(root):
        for firm in phrases.modifiers(listed, _COMPANY):
            yield RelationCandidate(
                RelationType.PRODUCES, firm, mention.referent, root, listed.text, "listed product", 0.72
            )
    for preposition, item in prepositional(head):
        if preposition in ("from", "by"):
            for firm in phrases.entities(item, _COMPANY, deep=False):
                yield RelationCandidate(
                    RelationType.PRODUCES, firm, mention.referent, root, preposition, "product from", 0.75
                )


def _named_makers(noun: Token, text: Text) -> Iterator[tuple[Referent, Token]]:
    """Who made a thing by an adjective of it, and that adjective: "Chinese-made vehicles"."""
    for child in noun.lefts:
        if child.lower_ in ("made", "built", "produced") and child.dep_ == "amod":
            for left in child.lefts:
                maker = text.at(left)
                if maker is not None and maker.referent.type in (EntityType.COUNTRY, EntityType.COMPANY):
                    yield maker.referent, child


def _listed_under(name: Token) -> list[Token]:
    """The class of goods of which a name is an example: "Google products such as Gmail"."""
    while name.dep_ == "conj":
        name = name.head
    if name.dep_ != "pobj" or name.head.lower_ not in ("including", "like", "as"):
        return []
    noun = name.head.head
    lemma = noun.lemma_.lower()
    goods = lemma in words().goods_nouns or lemma in words().product_heads or lemma in ("brand", "model")
    return [noun] if goods else []


def _is_national(thing: Mention, owner: Mention, adjective: Token, noun: Token) -> bool:
    """Whether an adjective of a country says who makes the goods: "Chinese electric vehicles"."""
    return (
        owner.referent.type is EntityType.COUNTRY
        and owner.kind is FormKind.ADJECTIVE
        and adjective.dep_ == "amod"
        and thing.common
        and thing.referent.type is not EntityType.TECHNOLOGY
        and _is_goods(noun, adjective)
    )


def _is_goods(noun: Token, adjective: Token) -> bool:
    if adjective.i != noun.i - 1 and noun.i - adjective.i > 3:
        return False
    return not any(item.lemma_.lower() in _TRADED for item in noun.ancestors)
