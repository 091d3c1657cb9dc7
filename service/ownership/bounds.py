"""How much of a firm some parties hold over all chains of holdings: sharp lower and upper bounds. Pure.

Each holding is a share within an interval, and all holdings in one firm make at most the whole of it. A part of a part counts
as their product: with d the share that i holds in j, x(j) is the sum of d·x(i) over the owners i of j, where x is 1 for the
parties asked about. The parties stop every chain, so that nothing counts twice, and cross-holdings are solved for, not
followed round. At the least all shares are as small as they may be: a linear system. At the most each
  firm's room goes to the owners of whom the parties hold most: a Markov decision process, solved by policy iteration.

Cross-holdings are solved group by group (strongly connected components), owners first.

Sources: Brioschi, Buzzacchi, Colombo 1989 (integrated ownership); Baier & Katoen 2008, ch. 10 (reachability in Markov
decision processes); Tarjan 1972.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from graph_schema.ids import EntityId
from service.ownership.components import components

TOLERANCE = 1e-9
"""Within which two shares are one."""
_OVERSTATED = 0.005
"""What the holdings in one firm may exceed the whole by, for rounding."""
_BETTER = 1e-12
"""What another choice must bring for a bound to count as better."""
_MOST_POLICIES = 100
MOST_IN_CIRCLE = 3_000
"""Firms that hold one another in circles, of which the equations are solved at once."""


@dataclass(frozen=True, slots=True)
class Stake:
    """A holding: what `owner` has of `owned`, at the least and at the most."""

    owner: EntityId
    owned: EntityId
    lower: float
    upper: float


Weights = Mapping[EntityId, Mapping[EntityId, float]]
"""Firm by firm, the share of each owner."""


UNKNOWN = EntityId("")
"""Owners of whom nothing is known, taken together: the parties may have all that they hold."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """All holdings that may bear on a question."""

    columns: Mapping[EntityId, tuple[Stake, ...]]
    """Firm by firm; none makes more than the whole at the least."""
    parties: frozenset[EntityId]
    """Those whose part is asked for; `UNKNOWN` is always among them."""
    overstated: frozenset[EntityId] = frozenset()
    """Firms of which sources together give away more than the whole: of each holding only what the others leave is sure."""

    @classmethod
    def of(
        cls, stakes: Iterable[Stake], parties: Iterable[EntityId], *, unexplored: Iterable[EntityId] = ()
    ) -> "Holdings":
        """Holdings put together. `unexplored`: firms that may have more owners than these."""
        columns: dict[EntityId, list[Stake]] = {}
        for stake in chain(stakes, (Stake(UNKNOWN, firm, 0.0, 1.0) for firm in unexplored)):
            columns.setdefault(stake.owned, []).append(stake)
        totals = {firm: sum(stake.lower for stake in column) for firm, column in columns.items()}
        return cls(
            {firm: _within(column, totals[firm]) for firm, column in columns.items()},
            frozenset(parties) | {UNKNOWN},
            frozenset(firm for firm, total in totals.items() if total > 1 + _OVERSTATED),
        )

    def owners(self, firm: EntityId) -> Iterable[EntityId]:
        """Who may hold a part of it; of a party nobody, for chains end there."""
        if firm in self.parties:
            return ()
        return (stake.owner for stake in self.columns.get(firm, ()) if stake.upper > 0)

    def room(self, firm: EntityId) -> float:
        """The part of it that nobody is sure to hold."""
        return max(0.0, 1.0 - sum(stake.lower for stake in self.columns[firm]))


def _within(column: Sequence[Stake], total: float) -> tuple[Stake, ...]:
    """A column whose least makes at most the whole: rounding is scaled away, of a contradiction any part may be wrong."""
    if total <= 1:
        return tuple(column)
    if total <= 1 + _OVERSTATED:
        return tuple(replace(stake, lower=stake.lower / total) for stake in column)
    return tuple(replace(stake, lower=min(stake.lower, max(0.0, 1.0 - (total - stake.lower)))) for stake in column)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One bound: the shares that lead to it, and what the parties have of every firm under them."""

    shares: Weights
    values: Mapping[EntityId, float]
    """Of a firm what the parties have of it, of a party 1."""
    parties: frozenset[EntityId]

    def part(self, firm: EntityId) -> float:
        """What the parties have of a firm."""
        return min(1.0, max(0.0, self.values.get(firm, 0.0)))


class TooManyInCircle(Exception):
    """More firms hold one another in circles than can be solved for."""


def sums_of(holdings: Holdings, firms: Iterable[EntityId]) -> tuple[Reckoning, Reckoning]:
    """What the parties have of firms over all chains, at the least and at the most. Raises TooManyInCircle."""
    columns, parties = holdings.columns, holdings.parties
    least: dict[EntityId, Mapping[EntityId, float]] = {}
    most: dict[EntityId, Mapping[EntityId, float]] = {}
    low = dict.fromkeys(parties, 1.0)
    high = dict(low)
    for group in components(firms, holdings.owners):
        circle = [firm for firm in group if firm in columns and firm not in parties]
        if len(circle) > MOST_IN_CIRCLE:
            raise TooManyInCircle
        least |= {firm: {one.owner: one.lower for one in columns[firm] if one.lower > 0} for firm in circle}
        low |= _solved(circle, least, low)
        values, chosen = _at_most(holdings, circle, high)
        high |= values
        most |= chosen
    return Reckoning(least, low, parties), Reckoning(most, high, parties)


def _at_most(
    holdings: Holdings, firms: Sequence[EntityId], known: Mapping[EntityId, float]
) -> tuple[dict[EntityId, float], dict[EntityId, dict[EntityId, float]]]:
    """The most that the parties may have of firms in one circle, and the shares that lead there."""
    rank = _nearness(holdings, firms, known)
    policy = {firm: _filled(holdings, firm, {**known, **rank}) for firm in firms}
    values = _solved(firms, policy, known)
    circular = len(firms) > 1 or any(firm in policy[firm] for firm in firms)
    for _ in range(_MOST_POLICIES if circular else 0):
        now = {**known, **values}
        better = False
        for firm in firms:
            shares = _filled(holdings, firm, now)
            reached = sum(share * now.get(owner, 0.0) for owner, share in shares.items())
            if reached > values.get(firm, 0.0) + _BETTER:
                policy[firm], better = shares, True
        if not better:
            break
        values = _solved(firms, policy, known)
    return values, policy


def _nearness(holdings: Holdings, firms: Sequence[EntityId], known: Mapping[EntityId, float]) -> dict[EntityId, float]:
    """For each firm of a circle how near it is to what is known, so that the first policy leads there from everywhere."""
    rank: dict[EntityId, float] = {}
    waiting, step = set(firms), 1.0
    while reached := {
        firm
        for firm in waiting
        if any(
            (one.lower > 0 or (one.upper > 0 and holdings.room(firm) > 0))
            and (known.get(one.owner, 0.0) > 0 or one.owner in rank)
            for one in holdings.columns[firm]
        )
    }:
        step /= 2
        rank |= dict.fromkeys(reached, step)
        waiting -= reached
    return rank


def _filled(holdings: Holdings, firm: EntityId, values: Mapping[EntityId, float]) -> dict[EntityId, float]:
    """Shares of its owners that give the parties most: what is left over goes first to those of whom they have most."""
    room = holdings.room(firm)
    shares: dict[EntityId, float] = {}
    for one in sorted(holdings.columns[firm], key=lambda one: (-values.get(one.owner, 0.0), one.owner)):
        more = min(max(0.0, one.upper - one.lower), room)
        room -= more
        shares[one.owner] = one.lower + more
    return {owner: share for owner, share in shares.items() if share > 0}


def _solved(firms: Sequence[EntityId], shares: Weights, known: Mapping[EntityId, float]) -> dict[EntityId, float]:
    """The parts of firms in one circle under given shares: x = A·x + b, its least solution."""
    inside = set(firms)
    given = {
        firm: sum(share * known.get(owner, 0.0) for owner, share in shares[firm].items() if owner not in inside)
        for firm in firms
    }
    if len(firms) == 1 and firms[0] not in shares[firms[0]]:
        return given
    fed = _fed(firms, shares, given)
    if not fed:
        return {}
    matrix = _equations(fed, lambda firm: shares[firm].items())
    return dict(zip(fed, np.linalg.solve(matrix, np.array([given[firm] for firm in fed])).tolist(), strict=True))


def _equations(
    firms: Sequence[EntityId], shares: Callable[[EntityId], Iterable[tuple[EntityId, float]]]
) -> npt.NDArray[np.float64]:
    """I - A, with A the share that one firm (column) has in another (row)."""
    place = {firm: i for i, firm in enumerate(firms)}
    matrix = np.eye(len(firms))
    for firm in firms:
        for owner, share in shares(firm):
            if owner in place:
                matrix[place[firm], place[owner]] -= share
    return matrix


def _fed(firms: Sequence[EntityId], shares: Weights, given: Mapping[EntityId, float]) -> list[EntityId]:
    """Firms that anything comes to: the others hold only one another, and their equations have no single solution."""
    holds: dict[EntityId, list[EntityId]] = {}
    for firm in firms:
        for owner in shares[firm]:
            holds.setdefault(owner, []).append(firm)
    reached = [firm for firm in firms if given[firm] > 0]
    seen = set(reached)
    for firm in reached:
        for further in holds.get(firm, ()):
            if further not in seen:
                seen.add(further)
                reached.append(further)
    return [firm for firm in firms if firm in seen]


def parts_of(reckoning: Reckoning, firm: EntityId) -> dict[tuple[EntityId, EntityId], float]:
    """How much of the parties' part of `firm` comes over each holding (owner, owned), all ways together."""
    values = reckoning.values

    def held(one: EntityId) -> Iterable[tuple[EntityId, float]]:
        shares = reckoning.shares.get(one, {}).items()
        return ((owner, share) for owner, share in shares if values.get(owner, 0.0) > 0)

    passed: dict[EntityId, float] = {firm: 1.0}
    for group in reversed(components([firm], lambda one: (owner for owner, _ in held(one)))):
        if len(group) > 1 or any(owner == group[0] for owner, _ in held(group[0])):
            entered = np.array([passed.get(one, 0.0) for one in group])
            rounds = np.linalg.solve(_equations(group, held).T, entered)
            passed |= dict(zip(group, rounds.tolist(), strict=True))
        for one in group:
            for owner, share in held(one):
                if owner not in group:
                    passed[owner] = passed.get(owner, 0.0) + passed[one] * share
    return {(owner, one): passed[one] * share * values[owner] for one in passed for owner, share in held(one)}


def reaches(share: float, threshold: float, *, more_than: bool) -> bool:
    """Whether a share is the threshold or more, or more than it."""
    return share > threshold + TOLERANCE if more_than else share >= threshold - TOLERANCE
