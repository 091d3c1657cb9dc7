"""What a run may cost: counted before a request is sent, corrected when its answer tells."""

import threading


class BudgetSpent(Exception):
    """The next request would cost more than is left; the message names the budget."""


class ModelBudget:
    """Requests and tokens of one run, over all threads. What is under way counts at its most, so that no budget is overrun."""

    def __init__(self, requests: int | None, tokens: int | None) -> None:
        self._most_requests, self._most_tokens = requests, tokens
        self._lock = threading.Lock()
        self.requests = 0
        self.tokens = 0

    def reserve(self, tokens: int) -> None:
        """Take one request of at most `tokens`. Raises BudgetSpent, having taken nothing."""
        with self._lock:
            if self._most_requests is not None and self.requests >= self._most_requests:
                raise BudgetSpent(f"the budget of {self._most_requests} requests is spent")
            if self._most_tokens is not None and self.tokens + tokens > self._most_tokens:
                raise BudgetSpent(f"the budget of {self._most_tokens} tokens is spent")
            self.requests += 1
            self.tokens += tokens

    def settle(self, reserved: int, used: int) -> None:
        """Put in the place of a reservation what was really used."""
        with self._lock:
            self.tokens += used - reserved
