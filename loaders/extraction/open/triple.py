"""What open extraction yields: one fact of a sentence in the sentence's own words."""

from dataclasses import dataclass
from enum import StrEnum

from graph_schema.domain import Span


class Construction(StrEnum):
    """The grammar that a fact was read from."""

    OBJECT = "object"
    """Subject, verb and its object or predicate noun: Intel | tested | tools."""
    ADJUNCT = "adjunct"
    """A prepositional phrase of the verb: Intel | tested tools in | Arizona."""
    NESTED = "nested"
    """A prepositional phrase further in: Intel | tested tools from the maker of | wafers."""
    TIME = "time"
    """A noun phrase that says when or how much: Intel | tested tools | last year."""
    SPEECH = "speech"
    """What was said, thought or decided, as a clause."""
    PARTICIPLE = "participle"
    """A noun and its participle: tools | made by | ACM."""
    CONTROLLED = "controlled"
    """A verb whose subject stands with another verb: Intel | buying | tools."""
    APPOSITION = "apposition"
    """ACM, a maker of tools: ACM | is a maker of | tools."""
    POSSESSIVE = "possessive"
    """Intel's chief executive: Intel | has | chief executive."""
    COMPOUND = "compound"
    """Words before a name: chairman Wei: Wei | is | chairman; Shanghai-based ACM: ACM | is based in | Shanghai."""


IMPLICIT = frozenset({Construction.APPOSITION, Construction.POSSESSIVE, Construction.COMPOUND})
"""Constructions without a verb: the predicate's `is` or `has` does not stand in the text."""


@dataclass(frozen=True, slots=True)
class OpenTriple:
    """One fact as phrases, neither linked to entities nor mapped to the vocabulary."""

    sentence: str
    span: Span
    """Where `sentence` stands in the text."""
    subject: str
    predicate: str
    object: str
    confidence: float
    """Share of facts of this construction that are exact, in [0, 1], lowered for very long sentences."""
    construction: Construction
