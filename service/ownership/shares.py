"""How large a holding is: what its claims say of the share, as an interval. Pure.

A share that is stated is a point; "a majority", "a stake", a subsidiary, silence are intervals. The newest statement counts;
what is older or undated narrows it where the two agree.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph_schema.ids import ClaimId
from graph_schema.shares import ShareBasis, ToldShare, told_share
from graph_schema.vocabulary import Modality, RelationType


@dataclass(frozen=True, slots=True)
class HoldingClaim:
    """What one claim says of a holding."""

    id: ClaimId
    relation: RelationType
    modality: Modality
    predicate: str
    share: float | None = None
    day: dt.date | None = None
    """When it happened or began, else when the document was published."""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    told: ToldShare | None = None
    """What it says of the share, where its words are not kept."""

    @property
    def told_share(self) -> ToldShare:
        """What it says of the share, and how."""
        return self.told or told_share(self.relation, self.share, self.predicate)


@dataclass(frozen=True, slots=True)
class HeldShare:
    """Part of a firm that somebody holds, between two bounds in [0, 1]."""

    lower: float
    upper: float
    basis: ShareBasis
    claims: tuple[ClaimId, ...]
    """Claims that give it, the newest first."""
    day: dt.date | None
    """Of the newest of them."""


HOLDS: tuple[Modality, ...] = (Modality.ASSERTED, Modality.ALLEGED, Modality.POSSIBLE)
"""Modalities in which a holding may exist today, strongest first; what is planned, conditional or threatened is not held yet."""


def share_of(claims: Iterable[HoldingClaim], *, as_of: dt.date | None = None) -> HeldShare | None:
    """The share that the claims on one owner and one firm give together; None where they tell of no holding.

    Money put into a firm is a holding only where a claim speaks of shares or a stake. Of alleged or possible holdings
    the lower bound is 0. `as_of`: claims about a later day count only where there are no others.
    """
    of_strongest = _strongest(_valid(list(claims), as_of))
    told = sorted(
        ((interval, basis, claim) for claim in of_strongest for interval, basis in [claim.told_share] if interval),
        key=lambda one: (one[2].day or dt.date.min, one[2].id),
        reverse=True,
    )
    held = [claim for claim in of_strongest if claim.relation is not RelationType.INVESTS_IN]
    if not told:
        if not held:
            return None
        newest = max(held, key=lambda claim: (claim.day or dt.date.min, claim.id))
        return HeldShare(0.0, 1.0, ShareBasis.UNKNOWN, (newest.id,), newest.day)
    if not held and all(upper == 1.0 and lower == 0.0 for (lower, upper), _, _ in told):
        told = [((0.0, _OF_MINORITY), basis, claim) for _, basis, claim in told]
    share = _joined(told)
    if of_strongest[0].modality is not Modality.ASSERTED and of_strongest[0].modality is not Modality.ENDED:
        return HeldShare(0.0, share.upper, share.basis, share.claims, share.day)
    return share


_OF_MINORITY = 0.5 - 1e-6
"""By the vocabulary's conventions a stake of control is no mere investment."""


def _valid(claims: list[HoldingClaim], as_of: dt.date | None) -> list[HoldingClaim]:
    """Those that speak of `as_of`; where none does, all of them."""
    if as_of is None:
        return claims
    begun = [claim for claim in claims if claim.day is None or claim.day <= as_of]
    return [claim for claim in begun if claim.valid_to is None or claim.valid_to >= as_of] or begun or claims


def _strongest(claims: list[HoldingClaim]) -> list[HoldingClaim]:
    """Those in the strongest modality in which a holding is claimed at all."""
    for modality in HOLDS:
        if found := [claim for claim in claims if claim.modality is modality]:
            return found
    return claims


Told = tuple[tuple[float, float], ShareBasis, HoldingClaim]


def _joined(told: Sequence[Told]) -> HeldShare:
    """What claims say together, newest first: what contradicts a newer one is past; of one day, or undated, both may hold."""
    newest = told[0][2].day
    (lower, upper), basis, first = told[0]
    used = [first]
    at_once = [one for one in told[1:] if one[2].day in (newest, None)]
    earlier = [one for one in told[1:] if one[2].day not in (newest, None)]
    for (low, high), how, claim in at_once:
        if max(lower, low) <= min(upper, high):
            lower, upper = max(lower, low), min(upper, high)
        else:
            lower, upper = min(lower, low), max(upper, high)
        basis = min(basis, how, key=list(ShareBasis).index)
        used.append(claim)
    for (low, high), how, claim in earlier:
        if max(lower, low) > min(upper, high):
            break
        if (max(lower, low), min(upper, high)) != (lower, upper):
            lower, upper = max(lower, low), min(upper, high)
            basis = min(basis, how, key=list(ShareBasis).index)
            used.append(claim)
    return HeldShare(lower, upper, basis, tuple(claim.id for claim in used), newest)
