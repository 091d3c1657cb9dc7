"""A circuit breaker: once the database has stopped answering, questions are refused at once instead of waiting one by one.

M. Nygard, Release It!, 2nd ed. 2018, ch. 5.
"""

import time

from graph_schema.errors import GraphUnavailable


class Breaker:
    """Opens after some failures in a row; then one trial at a time finds out whether the database is back."""

    def __init__(self, *, failures: int = 2, pause_s: float = 1.0) -> None:
        """`pause_s`: seconds between two trials while the database does not answer."""
        self._most, self._pause_s = failures, pause_s
        self._failures = 0
        self._next_trial = 0.0

    @property
    def open(self) -> bool:
        """Whether the database counts as gone."""
        return self._failures >= self._most

    def check(self) -> None:
        """Return when a question may be sent. Raises GraphUnavailable while the database counts as gone."""
        if not self.open:
            return
        left = self._next_trial - time.monotonic()
        if left > 0:
            raise GraphUnavailable("the database does not answer", retry_after_s=max(1, round(left)))
        self._next_trial = time.monotonic() + self._pause_s

    def succeeded(self) -> None:
        """The database answered."""
        self._failures = 0

    def failed(self) -> None:
        """The database did not answer."""
        self._failures += 1
        if self.open:
            self._next_trial = time.monotonic() + self._pause_s
