"""Why a relation stands as it does: the claims that decide its status and confidence, and what outvoted the others. Pure.

The rules are those of the projection (`graph_schema.projection`), told claim by claim.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from graph_schema.projection import Evidence, happened, project, publisher_key
from graph_schema.publishers import Publisher, reliability
from graph_schema.vocabulary import LIVE_MODALITIES, Modality
from service.queries.records import ClaimRecord

MOST_CLAIMS = 1_000
"""Claims of a relation that are weighed, surest first."""


class OutvotedBecause(StrEnum):
    """Why a claim does not decide."""

    SAME_PUBLISHER = "same_publisher"
    """Its publisher says the same more surely elsewhere, and counts once."""
    WEAKER = "weaker"
    """Others put it more strongly, as a fact instead of a plan."""
    ENDED_SINCE = "ended_since"
    """It held, and a claim that is not older says that it ended."""
    HELD_AGAIN = "held_again"
    """It says that the relation ended, and a later claim that it holds."""
    CONTRADICTED = "contradicted"
    """It denies what others state or call ended."""


@dataclass(frozen=True, slots=True)
class Outvoted:
    """A claim that does not decide, and the claim to which it gives way."""

    claim: ClaimRecord
    why: OutvotedBecause
    by: ClaimRecord


@dataclass(frozen=True, slots=True)
class Because:
    """The claims of a relation, weighed."""

    status: Modality
    deciding: tuple[ClaimRecord, ...]
    """Of each publisher the surest claim in the status: what the confidence is joined from, surest first."""
    outvoted: tuple[Outvoted, ...]
    publishers: tuple[Publisher, ...]
    """Publishers of these claims that have a weight, by name."""
    superseded_by: ClaimRecord | None
    """The claim that ended the relation: the one that tells the latest end; None while it holds."""
    complete: bool
    """Whether all claims were weighed."""


def because(claims: Sequence[ClaimRecord], publishers: Mapping[str, Publisher], *, of: int) -> Because | None:
    """The weighing of claims of one relation, `of` so many that it has, by the weights of publishers; None without any."""

    evidence = {
        claim.id: Evidence.of(claim, claim.document, reliability=reliability(claim.document.publisher, publishers))
        for claim in claims
    }
    projection = project(evidence.values())
    if projection is None:
        return None
    status = projection.status
    surest: dict[str, ClaimRecord] = {}
    for claim in sorted(
        (one for one in claims if one.modality is status), key=lambda one: (-evidence[one.id].confidence, one.id)
    ):
        surest.setdefault(_publisher(claim), claim)
    deciding = tuple(surest.values())
    ends = [one for one in claims if one.modality is Modality.ENDED]
    live = [one for one in claims if one.modality in LIVE_MODALITIES]
    last_end, last_live = _latest(ends), _latest(live)
    outvoted = []
    for claim in claims:
        if surest.get(_publisher(claim)) is claim:
            continue
        if claim.modality is status:
            outvoted.append(Outvoted(claim, OutvotedBecause.SAME_PUBLISHER, surest[_publisher(claim)]))
        elif claim.modality is Modality.DENIED:
            outvoted.append(Outvoted(claim, OutvotedBecause.CONTRADICTED, deciding[0]))
        elif status is Modality.ENDED and last_end is not None:
            outvoted.append(Outvoted(claim, OutvotedBecause.ENDED_SINCE, last_end))
        elif claim.modality is Modality.ENDED and last_live is not None:
            outvoted.append(Outvoted(claim, OutvotedBecause.HELD_AGAIN, last_live))
        else:
            outvoted.append(Outvoted(claim, OutvotedBecause.WEAKER, deciding[0]))
    return Because(
        status=status,
        deciding=deciding,
        outvoted=tuple(outvoted),
        publishers=tuple(
            publishers[name]
            for name in sorted({claim.document.publisher or "" for claim in claims})
            if name in publishers
        ),
        superseded_by=last_end if status is Modality.ENDED else None,
        complete=len(claims) >= of,
    )


def _publisher(claim: ClaimRecord) -> str:
    return publisher_key(claim.document.publisher, claim.document.id)


def _latest(claims: Iterable[ClaimRecord]) -> ClaimRecord | None:
    """The one that happened last, the surest of several; one without a day only where none has one."""
    return max(claims, key=lambda one: (happened(one, one.document) or date.min, one.confidence, one.id), default=None)
