"""Which entities a phrase stands for: its head, or what its head is of, from, by or like."""

import re
from collections.abc import Iterable
from functools import cache

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType
from loaders.extraction.clauses import conjuncts, prepositional
from loaders.extraction.document import Mention, Referent, Text
from loaders.extraction.frames import read_yaml
from loaders.extraction.words import words
from loaders.gazetteer import FormKind

_THINGS = frozenset({EntityType.PRODUCT, EntityType.MATERIAL, EntityType.TECHNOLOGY})
_OWNERS = frozenset({EntityType.COUNTRY, EntityType.COMPANY, EntityType.BLOC, EntityType.PLACE})
_UNCOUNTABLE = frozenset(
    {
        "equipment",
        "software",
        "electronics",
        "memory",
        "hardware",
        "technology",
        "computing",
        "packaging",
        "lithography",
        "intelligence",
    }
)
_EXAMPLES = frozenset({"including", "include", "like", "as"})


class Phrases:
    """Resolves phrases of one text to its entities."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.governs: dict[Referent, Referent] = {}
        """Countries of the people who, as the text says, hold a national office."""
        self.outer: set[int] = set()
        """Where mentions begin that only say where the place before them is: Hungary in "Szeged, Hungary"."""
        self._words = words()

    def entities(
        self, token: Token, types: frozenset[EntityType], *, deep: bool = True, things: bool = True, owner: bool = False
    ) -> list[Referent]:
        """Entities of `types` that the phrase headed by `token` stands for, conjuncts left to the caller; [] when none.

        `deep`: also look through the head: "goods from China" for China, "tools such as X" for X. `things`: also make
        products and materials of common nouns. `owner`: a head that is no entity stands for whose it is ("Japan's stance").
        """
        mention = self._mention(token)
        if mention is not None and mention.start in self.outer:
            return []
        if mention is not None and (found := self._named_by(mention, token, types, deep=deep)):
            return found
        lemma = token.lemma_.lower()
        if mention is None:
            if token.pos_ in ("NOUN", "PROPN", "ADJ"):
                if found := self._people(token, types) or self._government(token, lemma, types):
                    return found
                if lemma in self._words.people_nouns:
                    return []
            if (named := self._named(token, lemma, types)) is not None:
                return [named]
        if found := self._examples(token, types):
            return found
        if mention is None and things and types & _THINGS and (thing := self.thing(token, types)) is not None:
            return [thing]
        if not deep:
            return []
        found = self._through(token, lemma, mention, types)
        if not found and owner and mention is None and token.pos_ in ("NOUN", "PROPN"):
            found = self._owners(token, types)
        return found

    def _mention(self, token: Token) -> Mention | None:
        if (mention := self.text.head_mention(token)) is not None:
            return mention
        inside = self.text.at(token)
        return inside if inside is not None and inside.pronoun else None

    def _named_by(self, mention: Mention, token: Token, types: frozenset[EntityType], *, deep: bool) -> list[Referent]:
        """What a name itself stands for; the country for the person who leads it."""
        if mention.kind is FormKind.ADJECTIVE:
            return []
        if found := [referent for referent in mention.referents if referent.type in types]:
            owned = self.modifiers(token, types & _OWNERS) if mention.common and deep and types & _OWNERS else []
            return found + owned
        wants_state = EntityType.COUNTRY in types and EntityType.PERSON not in types
        country = self.leads(mention.referent) if wants_state and mention.referent.type is EntityType.PERSON else None
        return [] if country is None else [country]

    def _owners(self, token: Token, types: frozenset[EntityType]) -> list[Referent]:
        """Whose thing or act a noun is: possessor, adjective, "of", or who did it."""
        if found := self.modifiers(token, types):
            return found
        for preposition, item in prepositional(token):
            if preposition in ("of", "by", "from") and (found := self.entities(item, types, things=False)):
                return found
        for child in token.rights:
            if child.dep_ == "acl" and child.tag_ == "VBN":
                for preposition, item in prepositional(child):
                    if preposition == "by" and (found := self.entities(item, types, things=False)):
                        return found
        return []

    def _people(self, token: Token, types: frozenset[EntityType]) -> list[Referent]:
        """The people whom a noun lists as its examples, who are meant before their country: "officials, including X"."""
        return self._examples(token, frozenset({EntityType.PERSON})) if EntityType.PERSON in types else []

    def _named(self, token: Token, lemma: str, types: frozenset[EntityType]) -> Referent | None:
        """The name that follows or precedes a noun that only says what it is: "its parent company X", "the X project"."""
        if token.i + 1 < len(self.text.doc) and lemma in self._words.company_nouns:
            after = self.text.at(token.i + 1)
            if (
                after is not None
                and after.start == token.i + 1
                and after.kind is FormKind.NAME
                and not after.pronoun
                and after.referent.type in types & {EntityType.COMPANY, EntityType.ORGANIZATION}
            ):
                return after.referent
        if token.i > 0 and token.pos_ in ("NOUN", "PROPN"):
            before = self.text.at(token.i - 1)
            if before is None or before.end != token.i or before.referent.type not in types or before.common:
                return None
            if before.referent.type in (*_THINGS, EntityType.FACILITY, EntityType.EVENT, EntityType.POLICY):
                return before.referent
        return None

    def _government(self, token: Token, lemma: str, types: frozenset[EntityType]) -> list[Referent]:
        """The country of "Chinese authorities", "the Trump administration", "the government of Japan"."""
        if lemma not in self._words.government_nouns or (
            EntityType.COUNTRY not in types and EntityType.BLOC not in types
        ):
            return []
        for child in token.lefts:
            mention = self.text.at(child)
            if mention is None or child.dep_ not in ("amod", "compound", "poss", "nmod"):
                continue
            if mention.referent.type in (EntityType.COUNTRY, EntityType.BLOC) and mention.referent.type in types:
                return [mention.referent]
            if mention.referent.type is EntityType.PERSON and (country := self.leads(mention.referent)) is not None:
                return [country]
        for preposition, item in prepositional(token):
            if (
                preposition == "of"
                and (mention := self.text.head_mention(item))
                and mention.referent.type is EntityType.COUNTRY
            ):
                return [mention.referent]
        return []

    def leads(self, person: Referent) -> Referent | None:
        """The country whose government a well-known head of it names: "the Biden administration"."""
        if (country := self.governs.get(person)) is not None:
            return country
        name = _leaders().get(person.name)
        return None if name is None else self.text.referent(name, EntityType.COUNTRY, known=True)

    def _examples(self, token: Token, types: frozenset[EntityType]) -> list[Referent]:
        """X and Y of "makers such as X and Y", "firms, including X"."""
        found: list[Referent] = []
        for child in token.rights:
            if child.lower_ in _EXAMPLES and child.dep_ in ("prep", "acl", "advcl", "conj"):
                for item in child.children:
                    if item.dep_ in ("pobj", "dobj"):
                        for one in conjuncts(item):
                            found.extend(self.entities(one, types, deep=False))
            elif child.dep_ == "appos":
                for one in conjuncts(child):
                    found.extend(self.entities(one, types, deep=False))
        if not found and token.tag_ in ("NNS", "NNPS"):
            found = self._distant_examples(token, types)
        return list(dict.fromkeys(found))

    def _distant_examples(self, token: Token, types: frozenset[EntityType]) -> list[Referent]:
        """Examples after a plural that other words separate from it, and lists after a colon."""
        doc, sentence = self.text.doc, token.sent
        stop = token.right_edge.i + 2
        for index in range(token.i + 1, min(sentence.end, max(stop, token.i + 2), token.i + 14)):
            word = doc[index]
            if (word.text == ":" and index == token.i + 1) or (
                word.text == ":" and all(doc[i].pos_ not in ("VERB", "AUX") for i in range(token.i + 1, index))
            ):
                return [
                    mention.referent
                    for mention in self.text.mentions
                    if index < mention.start < sentence.end and mention.referent.type in types and not mention.pronoun
                ]
            if word.lower_ == "including" or (word.lower_ == "as" and doc[index - 1].lower_ == "such"):
                found: list[Referent] = []
                for child in word.children:
                    if child.dep_ in ("pobj", "dobj"):
                        for one in conjuncts(child):
                            found.extend(self.entities(one, types, deep=False, things=False))
                return found
        return []

    def _through(
        self, token: Token, lemma: str, mention: Mention | None, types: frozenset[EntityType]
    ) -> list[Referent]:
        owners = types & _OWNERS
        goods = owners and mention is None and lemma in self._words.goods_nouns
        if goods and (found := self._origin(token, owners)):
            return found
        if mention is not None and owners and mention.common and (found := self.modifiers(token, owners)):
            return found
        if token.lower_ in ("everything", "anything"):
            below = [self.text.head_mention(item) for item in token.subtree]
            return [item.referent for item in below if item is not None and item.referent.type in types]
        return self._content(token, types) if lemma in self._words.transparent_nouns and mention is None else []

    def _origin(self, goods: Token, owners: frozenset[EntityType]) -> list[Referent]:
        """Whose goods they are: "Chinese goods", "goods from China", "goods made in China"."""
        if found := self.modifiers(goods, owners):
            return found
        for preposition, item in prepositional(goods):
            if preposition in ("from", "of", "in", "by") and (found := self.entities(item, owners)):
                return found
        if goods.i + 2 < len(self.text.doc) and goods.nbor().lower_ == "from":  # wherever the parser hung it
            source = self.text.at(goods.i + 2)
            if source is not None and source.referent.type in owners and source.kind is not FormKind.ADJECTIVE:
                return [source.referent]
        for child in goods.rights:
            if child.dep_ in ("acl", "relcl") and child.pos_ == "VERB":
                for preposition, item in prepositional(child):
                    if preposition in ("from", "in", "by") and (found := self.entities(item, owners)):
                        return found
        return []

    def _content(self, vessel: Token, types: frozenset[EntityType]) -> list[Referent]:
        """What a noun that says nothing itself is of: "imports of steel", "steel imports"."""
        for preposition, item in prepositional(vessel):
            if preposition in ("of", "in") and (found := self.entities(item, types)):
                return found
        before = [self.text.at(child) for child in vessel.lefts if child.dep_ in ("compound", "amod")]
        inner = [item.referent for item in before if item is not None and item.referent.type in types]
        return list(dict.fromkeys(inner))

    def modifiers(self, token: Token, types: frozenset[EntityType]) -> list[Referent]:
        """Entities of `types` that stand before a noun: as adjective, compound or possessor."""
        found: list[Referent] = []
        start = token.i
        mention = self.text.at(token)
        if mention is not None:
            start = mention.start
        for child in (*token.lefts, *(self.text.doc[start].lefts if start != token.i else ())):
            if child.dep_ not in ("amod", "compound", "poss", "nmod", "conj"):
                continue
            for item in conjuncts(child):
                other = self.text.at(item)
                if other is not None and other is not mention and other.referent.type in types:
                    found.extend(referent for referent in other.referents if referent.type in types)
                elif (other is None and "-" in item.text) or item.lower_ in ("made", "based", "led"):
                    inner = next((self.text.at(left) for left in item.lefts if self.text.at(left) is not None), None)
                    if inner is not None and inner.referent.type in types:
                        found.append(inner.referent)
        return list(dict.fromkeys(found))

    def thing(self, token: Token, types: frozenset[EntityType]) -> Referent | None:
        """A product, material or technology that a common noun with its modifiers names specifically enough; else None."""
        lemma = token.lemma_.lower()
        type = self._thing_type(lemma)
        if type is None or type not in types or token.pos_ not in ("NOUN", "PROPN"):
            return None
        parts: list[str] = []
        for child in token.lefts:
            if child.dep_ not in ("compound", "amod", "nmod") and not (
                child.dep_ == "npadvmod" and child.pos_ in ("NOUN", "ADJ")
            ):
                if child.is_punct and child.text == "-" and parts:
                    parts.append("-")
                continue
            pieces = (piece for piece in child.subtree if piece.i < token.i and self._specifies(piece))
            parts.extend(_in_small_letters(piece.text) for piece in pieces)
        if not parts:
            return None
        head = token.lower_
        if token.tag_ in ("NN", "NNP") and lemma not in _UNCOUNTABLE and type is EntityType.PRODUCT:
            head = plural(head)
        name = re.sub(r"\s*-\s*", "-", " ".join([*parts, head]))
        return self.text.referent(name, type, first=token.i)

    def _specifies(self, piece: Token) -> bool:
        """Whether a word before a noun belongs to the name of the thing."""
        if piece.is_quote or piece.pos_ in ("DET", "CCONJ", "NUM") or piece.dep_ == "appos":
            return False
        other = self.text.at(piece)
        if other is not None and other.kind is not FormKind.NAME:
            return False
        if other is not None and not other.common and other.referent.type is not EntityType.TECHNOLOGY:
            return False
        if piece.lower_ in self._words.empty_adjectives or piece.tag_ in ("JJS", "JJR", "RBS", "RBR", "RB"):
            return False
        return piece.text not in ("(", ")", ",", '"')

    def _thing_type(self, lemma: str) -> EntityType | None:
        if lemma in self._words.product_heads:
            return EntityType.PRODUCT
        if lemma in self._words.material_heads:
            return EntityType.MATERIAL
        if lemma in self._words.technology_heads:
            return EntityType.TECHNOLOGY
        return None


def _in_small_letters(word: str) -> str:
    """A word of a common noun's name; one with capitals inside, such as "KrF", is left as it is."""
    return word if any(map(str.isupper, word[1:])) or word.isupper() else word.lower()


def plural(noun: str) -> str:
    """A regular plural."""
    if noun.endswith("s"):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("x", "ch", "sh")) else "s")


def all_entities(
    phrases: Phrases, tokens: Iterable[Token], types: frozenset[EntityType], *, things: bool = True, owner: bool = False
) -> list[Referent]:
    """Entities of several phrases, each once, in order."""
    return list(
        dict.fromkeys(
            referent for token in tokens for referent in phrases.entities(token, types, things=things, owner=owner)
        )
    )


@cache
def _leaders() -> dict[str, str]:
    return {person: country for country, people in read_yaml("leaders.yaml").items() for person in people}
