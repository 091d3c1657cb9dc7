"""The projection: what all claims on one (subject, relation, object) say together, as one edge.

A pure function of the multiset of claims. It works on `Evidence`, a summary of the claims of one publisher in one modality:
summaries of parts add up to the summary of the whole, so the database may group the claims that it holds, and only
groups travel, not claims.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from graph_schema.ids import DocumentId
from graph_schema.vocabulary import LIVE_MODALITIES, Modality

_DIGITS = 6
"""Decimals of a confidence: floating-point noise from the order of a sum must not look like a change."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Claims of one publisher in one modality, summed up."""

    publisher: str
    """See `publisher_key`."""
    modality: Modality
    claims: int
    confidence: float
    """The highest, times the publisher's reliability."""
    first_seen: dt.date | None = None
    """Earliest publication; the statement's own date where the document has none."""
    last_seen: dt.date | None = None
    happened: dt.date | None = None
    """Latest date of what is stated, else of the document; of an ended relation the day it ended."""
    undated: bool = False
    """Whether a claim has no date at all."""
    valid_from: dt.date | None = None
    """Earliest stated."""
    valid_to: dt.date | None = None
    """Latest stated."""
    open_from: dt.date | None = None
    """Latest start among the claims that state no end."""

    @classmethod
    def of(cls, claim: "Stated", document: "Origin", *, reliability: float = 1.0) -> "Evidence":
        """The summary of one claim of a publisher of this reliability."""
        seen = document.published or claim.date
        day = happened(claim, document)
        return cls(
            publisher=publisher_key(document.publisher, document.id),
            modality=claim.modality,
            claims=1,
            confidence=claim.confidence * reliability,
            first_seen=seen,
            last_seen=seen,
            happened=day,
            undated=day is None,
            valid_from=claim.valid_from,
            valid_to=claim.valid_to,
            open_from=(claim.valid_from or claim.date) if claim.valid_to is None else None,
        )


class Stated(Protocol):
    """What of a claim counts; a claim to be written and one that was read have it alike."""

    @property
    def modality(self) -> Modality: ...
    @property
    def confidence(self) -> float: ...
    @property
    def date(self) -> dt.date | None: ...
    @property
    def valid_from(self) -> dt.date | None: ...
    @property
    def valid_to(self) -> dt.date | None: ...


class Origin(Protocol):
    """What of a document counts."""

    @property
    def id(self) -> DocumentId: ...
    @property
    def publisher(self) -> str | None: ...
    @property
    def published(self) -> dt.date | None: ...


def happened(claim: Stated, document: Origin) -> dt.date | None:
    """Day by which one claim is later than another: of what is stated, else of the document; of an end the day it ended."""
    day = claim.date or document.published
    return claim.valid_to or day if claim.modality is Modality.ENDED else day


def publisher_key(publisher: str | None, document: str) -> str:
    """Under which a publisher counts once: its name in lower case, the document's id where there is none."""
    return (publisher or document).lower()


@dataclass(frozen=True, slots=True)
class Projection:
    """What an edge says: the properties that follow from its claims."""

    status: Modality
    """The strongest live modality; `ended` when a later or undated claim says so; `denied` when nothing else is said."""
    confidence: float
    """Noisy-or over publishers, of the claims in the modality that gives the status: of a publisher its surest counts."""
    claims: int
    sources: int
    """Publishers whose claims give the status."""
    first_seen: dt.date | None
    last_seen: dt.date | None
    valid_from: dt.date | None
    valid_to: dt.date | None


def noisy_or(confidences: Iterable[float]) -> float:
    """Confidence that at least one of several independent sources is right; one value gives itself, none gives 0.0.

    Source: Pearl, Probabilistic Reasoning in Intelligent Systems, 1988, ch. 4.
    """
    return 1.0 - math.prod(1.0 - confidence for confidence in confidences)


def project(evidence: Iterable[Evidence]) -> Projection | None:
    """The edge that the claims behind `evidence` make; None without any, for then there is no edge."""
    return _project(tuple(evidence))


@lru_cache(maxsize=8_192)  # the evidence behind most edges of a source looks alike
def _project(evidence: tuple[Evidence, ...]) -> Projection | None:
    if not evidence:
        return None
    live = [part for part in evidence if part.modality in LIVE_MODALITIES]
    ended = [part for part in evidence if part.modality is Modality.ENDED]
    status, valid_to = Modality.DENIED, None
    if ended and _closes(ended, live):
        status, valid_to = Modality.ENDED, _latest(part.happened for part in ended)
    elif live:
        status, valid_to = min((part.modality for part in live), key=LIVE_MODALITIES.index), _end(live)
    surest: dict[str, float] = defaultdict(float)
    for part in evidence:
        if part.modality is status:
            surest[part.publisher] = max(surest[part.publisher], part.confidence)
    return Projection(
        status=status,
        confidence=round(noisy_or(sorted(surest.values())), _DIGITS),
        claims=sum(part.claims for part in evidence),
        sources=len(surest),
        first_seen=_earliest(part.first_seen for part in evidence),
        last_seen=_latest(part.last_seen for part in evidence),
        valid_from=_earliest(part.valid_from for part in (*live, *ended)),
        valid_to=valid_to,
    )


def _closes(ended: list[Evidence], live: list[Evidence]) -> bool:
    """Whether the end holds: nothing dated strictly later says that the relation is live. An undated end always holds."""
    last_live = _latest(part.happened for part in live)
    last_ended = _latest(part.happened for part in ended)
    return (
        any(part.undated for part in ended) or last_live is None or (last_ended is not None and last_ended >= last_live)
    )


def _end(live: list[Evidence]) -> dt.date | None:
    """Latest stated end of a live relation; None when a claim without an end starts after it."""
    end, open_from = _latest(part.valid_to for part in live), _latest(part.open_from for part in live)
    return None if end is None or (open_from is not None and open_from > end) else end


def _earliest(dates: Iterable[dt.date | None]) -> dt.date | None:
    return min((date for date in dates if date is not None), default=None)


def _latest(dates: Iterable[dt.date | None]) -> dt.date | None:
    return max((date for date in dates if date is not None), default=None)
