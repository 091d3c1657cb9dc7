"""How much work a question may cause, and how much of that is left."""

import time
from dataclasses import dataclass

from service.paths.report import Bound


@dataclass(frozen=True, slots=True)
class Budget:
    """What one path question may cost."""

    max_depth: int = 5
    """Most hops of a path."""
    max_expansions: int = 200_000
    """Most relations looked at, plus steps taken while paths are put together."""
    timeout_s: float = 5.0
    """Seconds for the whole search."""


class OutOfBudget(Exception):
    """Work must stop here: a signal inside the search, never an answer."""

    def __init__(self, bound: Bound) -> None:
        super().__init__(bound)
        self.bound = bound


class Meter:
    """Counts work against a budget from the moment it is made."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.expanded = 0
        self._started = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline. Raises OutOfBudget when it has passed."""
        left = self.budget.timeout_s - self.elapsed_s
        if left <= 0:
            raise OutOfBudget(Bound.TIME)
        return left

    @property
    def room(self) -> int:
        """Expansions that are left. Raises OutOfBudget when there are none."""
        room = self.budget.max_expansions - self.expanded
        if room <= 0:
            raise OutOfBudget(Bound.EXPANSIONS)
        return room

    def spend(self, expansions: int) -> None:
        """Count work that was done."""
        self.expanded += expansions

    def check(self) -> None:
        """Raise OutOfBudget when anything has run out."""
        _ = self.room, self.seconds_left
