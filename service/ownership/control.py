"""Who is in the hands of some parties: majorities in cascade, where a whole holding counts or none of it. Pure.

A holding counts in full when its owner is one of the parties or in their hands, and not at all otherwise: a firm is in their
hands when such holdings make half of it. That is a least fixed point, so that firms that hold only one another are in nobody's.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from graph_schema.ids import EntityId
from service.ownership.bounds import Holdings, reaches

MAJORITY = 0.5


@dataclass(frozen=True, slots=True)
class Control:
    """The parties and the firms in their hands."""

    sure: frozenset[EntityId]
    """Whatever the shares that are not known."""
    possible: frozenset[EntityId]
    """For some of the shares that may be."""


def control_of(holdings: Holdings, *, more_than: bool) -> Control:
    """Firms of which the parties and the firms in their hands hold half, or `more_than` half."""

    def least(firm: EntityId, hands: Collection[EntityId]) -> bool:
        return reaches(held_at_least(holdings, firm, hands), MAJORITY, more_than=more_than)

    def most(firm: EntityId, hands: Collection[EntityId]) -> bool:
        return reaches(held_at_most(holdings, firm, hands), MAJORITY, more_than=more_than)

    return Control(_closed(holdings, least), _closed(holdings, most))


def held_at_least(holdings: Holdings, firm: EntityId, hands: Collection[EntityId]) -> float:
    """What these hands are sure to hold of a firm, without what it holds of itself."""
    return sum(one.lower for one in holdings.columns.get(firm, ()) if one.owner in hands and one.owner != firm)


def held_at_most(holdings: Holdings, firm: EntityId, hands: Collection[EntityId]) -> float:
    """What they may hold of it: others keep what they are sure to hold."""
    column = [one for one in holdings.columns.get(firm, ()) if one.owner != firm]
    room = 1.0 - sum(one.lower for one in column if one.owner not in hands)
    return max(0.0, min(room, sum(one.upper for one in column if one.owner in hands)))


def _closed(holdings: Holdings, joins: Callable[[EntityId, Collection[EntityId]], bool]) -> frozenset[EntityId]:
    """The parties and, again and again, the firms that come into their hands."""
    holds: dict[EntityId, list[EntityId]] = {}
    for column in holdings.columns.values():
        for stake in column:
            holds.setdefault(stake.owner, []).append(stake.owned)
    hands = set(holdings.parties)
    waiting = list(hands)
    for owner in waiting:
        for firm in holds.get(owner, ()):
            if firm not in hands and joins(firm, hands):
                hands.add(firm)
                waiting.append(firm)
    return frozenset(hands)


def cascade(holdings: Holdings, firm: EntityId, hands: Collection[EntityId]) -> list[tuple[EntityId, EntityId]]:
    """The holdings (owner, owned) by which a firm, and the firms above it, are in these hands; the nearest first."""
    pairs: list[tuple[EntityId, EntityId]] = []
    waiting, seen = [firm], {firm}
    for one in waiting:
        if one in holdings.parties and one != firm:
            continue
        for stake in holdings.columns.get(one, ()):
            if stake.owner in hands and stake.upper > 0 and stake.owner != one:
                pairs.append((stake.owner, one))
                if stake.owner not in seen:
                    seen.add(stake.owner)
                    waiting.append(stake.owner)
    return pairs
