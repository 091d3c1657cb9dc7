"""Holdings made up at random, with circles and unknown shares, and what plain linear algebra says of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import numpy.typing as npt

from graph_schema.ids import EntityId
from service.ownership.bounds import Stake

Matrix = npt.NDArray[np.float64]
_LEAK = 1e-13
"""Lost on each step, so that firms that hold only one another have one solution: nothing."""


@dataclass(frozen=True)
class Case:
    """Firms, the holdings in them, and the parties."""

    firms: list[EntityId]
    stakes: list[Stake]
    parties: frozenset[EntityId]

    def columns(self) -> dict[EntityId, list[Stake]]:
        found: dict[EntityId, list[Stake]] = {}
        for one in self.stakes:
            found.setdefault(one.owned, []).append(one)
        return found

    def matrices(self) -> Matrix:
        """Every choice of shares that may be the largest: [choice, owned, owner]."""
        place = {firm: i for i, firm in enumerate(self.firms)}
        choices = [list(_corners(stakes)) for stakes in self.columns().values()]
        found = []
        for chosen in product(*choices):
            matrix = np.zeros((len(place), len(place)))
            for column in chosen:
                for (owner, owned), share in column.items():
                    matrix[place[owned], place[owner]] = share
            found.append(matrix)
        return np.array(found)

    def least(self) -> Matrix:
        """All shares at their least."""
        place = {firm: i for i, firm in enumerate(self.firms)}
        matrix = np.zeros((1, len(place), len(place)))
        for one in self.stakes:
            matrix[0, place[one.owned], place[one.owner]] = one.lower
        return matrix

    def sums(self, matrices: Matrix) -> Matrix:
        """The parties' part of each firm under each choice: (I - D)x = b over all firms but the parties."""
        party = np.array([firm in self.parties for firm in self.firms])
        between = np.where(party[None, None, :] | party[None, :, None], 0.0, matrices)
        given = (matrices * party[None, None, :]).sum(axis=2) * ~party
        found: Matrix = np.linalg.solve(np.eye(len(self.firms)) - (1 - _LEAK) * between, given[:, :, None])[:, :, 0]
        return found

    def in_hand(self, matrices: Matrix, threshold: float) -> set[EntityId]:
        """Parties and firms that majorities in cascade give them, under any of these choices."""
        party = np.array([firm in self.parties for firm in self.firms])
        held = np.repeat(party[None, :], len(matrices), axis=0)
        for _ in self.firms:
            held = held | ((matrices * held[:, None, :]).sum(axis=2) >= threshold - 1e-9)
        return {firm for i, firm in enumerate(self.firms) if held[:, i].any()}


def _corners(stakes: list[Stake]) -> Iterator[dict[tuple[EntityId, EntityId], float]]:
    """The shares in one firm when what is left over goes to its owners in every order."""
    unknown = [one for one in stakes if one.upper > one.lower]
    for order in permutations(unknown):
        shares = {(one.owner, one.owned): one.lower for one in stakes}
        room = 1.0 - sum(shares.values())
        for one in order:
            more = max(0.0, min(one.upper - one.lower, room))
            shares[one.owner, one.owned] += more
            room -= more
        yield shares


def case(seed: int) -> Case:
    """3 to 10 firms; every third firm is wholly given away, and of a few firms some shares are unknown."""
    chance = random.Random(seed)
    firms = [EntityId(f"company:{i}") for i in range(chance.randint(3, 10))]
    stakes: list[Stake] = []
    uncertain = 0
    for owned in firms:
        owners = chance.sample([firm for firm in firms if firm != owned], chance.randint(0, min(4, len(firms) - 1)))
        if not owners:
            continue
        weights = [chance.random() + 0.05 for _ in owners]
        whole = 1.0 if chance.random() < 0.33 else chance.uniform(0.2, 1.0)
        shares = [round(whole * weight / sum(weights), 6) for weight in weights]
        if sum(shares) > 1:
            shares[0] -= sum(shares) - 1
        unknown: set[EntityId] = set()
        if uncertain < 3 and chance.random() < 0.5:
            uncertain += 1
            unknown = set(chance.sample(owners, min(len(owners), chance.randint(1, 3))))
        for owner, share in zip(owners, shares, strict=True):
            if owner not in unknown:
                stakes.append(Stake(owner, owned, share, share))
            elif chance.random() < 0.5:
                stakes.append(Stake(owner, owned, 0.0, 1.0))
            else:
                stakes.append(Stake(owner, owned, share * chance.random(), share + (1 - share) * chance.random()))
    return Case(firms, stakes, frozenset(chance.sample(firms, chance.randint(1, 2))))
