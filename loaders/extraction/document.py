"""What is found in one text: its entities, and where each is mentioned."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span, Token

from graph_schema.vocabulary import EntityType
from loaders.gazetteer import FormKind


@dataclass(eq=False, slots=True)
class Referent:
    """One entity of the document, under the best name that the document gives it."""

    name: str
    type: EntityType
    aliases: dict[str, None] = field(default_factory=dict)
    """Other names that the document gives it, in order."""
    known: bool = False
    """Whether the gazetteer knows it."""
    first: int = 0
    """Index of the token where it is first mentioned."""


@dataclass(eq=False, slots=True)
class Mention:
    """Tokens [start, end) that stand for an entity."""

    start: int
    end: int
    root: int
    """Index of the token that the rest of the mention hangs from."""
    referent: Referent
    kind: FormKind = FormKind.NAME
    pronoun: bool = False
    """A pronoun or a description ("the company"), resolved."""
    common: bool = False
    """A common noun: rare earths, semiconductors."""
    also: tuple[Referent, ...] = ()
    """Further referents of a plural: "both countries"."""

    @property
    def referents(self) -> tuple[Referent, ...]:
        """All referents, at least one."""
        return (self.referent, *self.also)


class Text:
    """A parsed text with its mentions; knows which mention covers a token."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.mentions: list[Mention] = []
        self._at: dict[int, Mention] = {}
        self._referents: dict[tuple[str, EntityType], Referent] = {}

    def referent(self, name: str, type: EntityType, *, known: bool = False, first: int = 0) -> Referent:
        """The one entity of this name and type, made at its first mention."""
        key = (name.casefold(), type)
        if key not in self._referents:
            self._referents[key] = Referent(name, type, known=known, first=first)
        return self._referents[key]

    @property
    def referents(self) -> Iterator[Referent]:
        """All entities made so far."""
        return iter(self._referents.values())

    def add(self, mention: Mention) -> Mention:
        """Keep a mention; where it overlaps an earlier one, the earlier keeps its tokens."""
        self.mentions.append(mention)
        for index in range(mention.start, mention.end):
            self._at.setdefault(index, mention)
        return mention

    def free(self, start: int, end: int) -> bool:
        """Whether no mention covers any token of [start, end)."""
        return not any(index in self._at for index in range(start, end))

    def at(self, token: Token | int) -> Mention | None:
        """The mention that covers a token."""
        return self._at.get(token if isinstance(token, int) else token.i)

    def head_mention(self, token: Token) -> Mention | None:
        """The mention whose head is this token, or that holds it when it heads the phrase."""
        mention = self._at.get(token.i)
        if mention is None or mention.root == token.i:
            return mention
        return mention if token.i == mention.end - 1 else None

    def span(self, mention: Mention) -> Span:
        """The tokens of a mention."""
        return self.doc[mention.start : mention.end]

    def sort(self) -> None:
        """Put the mentions into text order."""
        self.mentions.sort(key=lambda mention: (mention.start, mention.end))
