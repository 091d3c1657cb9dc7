"""What one claim tells of the size of a holding: a number, or words such as "a majority", as an interval. Pure."""

import re
from enum import StrEnum

from graph_schema.vocabulary import RelationType


class ShareBasis(StrEnum):
    """Where the share of a holding is known from, the most telling first."""

    STATED = "stated"
    """A source states a number."""
    WORDS = "words"
    """A source puts it in words, as "a majority" or "wholly owns"."""
    RELATION = "relation"
    """The firm is called a subsidiary or bought: more than half."""
    UNKNOWN = "unknown"
    """No source says how much it is."""


ToldShare = tuple[tuple[float, float] | None, ShareBasis]
"""Two bounds in [0, 1], None where nothing is told, and how they are told."""
MORE_THAN_HALF = 0.5 + 1e-6
"""The least that is more than half."""
_OF_RELATION = {
    RelationType.SUBSIDIARY_OF: (MORE_THAN_HALF, 1.0),
    RelationType.ACQUIRES: (MORE_THAN_HALF, 1.0),
}
HOLDING_TYPES = frozenset(
    {RelationType.OWNS, RelationType.ACQUIRES, RelationType.INVESTS_IN, RelationType.SUBSIDIARY_OF}
)
"""Relations that tell of a holding."""
_PERCENT = re.compile(
    r"(?P<least>\b(?:over|more than|at least|above|upwards? of)\s+)?(?P<most>\b(?:up to|at most|under|less than|below)\s+)?"
    r"(?P<number>\d{1,3}(?:[.,]\d+)?)\s?(?:%|per\s?cent\b)",
    re.IGNORECASE,
)
_WORDS: tuple[tuple[re.Pattern[str], tuple[float, float]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), interval)
    for pattern, interval in (
        (r"\b(?:wholly|fully|entirely|sole|solely)\b|\ball (?:of )?the shares\b", (1.0, 1.0)),
        (r"\bmajority\b|\bcontroll?(?:s|ed|ing)?\b|\b(?:over|more than) half\b", (MORE_THAN_HALF, 1.0)),
        (r"\bminority\b|\bless than half\b", (0.0, 0.5 - 1e-6)),
        (r"\bhalf\b|\b50[-/:]50\b", (0.5, 0.5)),
        (r"\bstakes?\b|\bshares?\b|\bshareholders?\b|\bequity\b|\bpartly\b|\bpart[- ]own", (0.0, 1.0)),
    )
)


def told_share(relation: RelationType, share: float | None, predicate: str) -> ToldShare:
    """What one claim says of the share: the number that it states, else its own words, else its relation."""
    if share is not None:
        return (share, share), ShareBasis.STATED
    percents = list(_PERCENT.finditer(predicate))
    if len(percents) == 1 and (part := float(percents[0]["number"].replace(",", ".")) / 100) <= 1:
        if percents[0]["least"]:
            return (part, 1.0), ShareBasis.STATED
        return (0.0 if percents[0]["most"] else part, part), ShareBasis.STATED
    for words, interval in _WORDS:
        if words.search(predicate):
            return interval, ShareBasis.WORDS
    return _OF_RELATION.get(relation), ShareBasis.RELATION
