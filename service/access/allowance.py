"""How much each caller may ask: requests and points of cost in a minute, each from a bucket that fills evenly.

A question is admitted while there is anything left and may take more than that, so that none is too dear for ever; the next waits
until the debt is paid.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from service.errors import RateExceeded

WINDOW_S = 60
RATE_HEADERS = ("ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
_MOST_CALLERS = 10_000
"""Callers remembered; who is forgotten starts with a full bucket."""


@dataclass(slots=True)
class Bucket:
    """Holds what one caller may use in a minute at most."""

    size: int
    clock: Callable[[], float]
    _level: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._level, self._at = float(self.size), self.clock()

    @property
    def level(self) -> float:
        """What is left; below zero: what is owed."""
        now = self.clock()
        self._level = min(self.size, self._level + (now - self._at) * self.size / WINDOW_S)
        self._at = now
        return self._level

    def take(self, amount: int, *, from_level: float) -> int:
        """Take it if as much as `from_level` is left, and return 0; else the seconds until then, at least 1."""
        if (missing := from_level - self.level) > 0:
            return max(1, math.ceil(missing * WINDOW_S / self.size))
        self._level -= amount
        return 0

    def full_in_s(self) -> int:
        """Seconds until it is full."""
        return math.ceil((self.size - self.level) * WINDOW_S / self.size)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one caller may use; None: as much as they like."""

    requests: Bucket | None
    points: Bucket | None

    def request(self) -> None:
        """Count a request. Raises RateExceeded."""
        if self.requests is not None and (wait := self.requests.take(1, from_level=1.0)):
            raise RateExceeded(f"more than {self.requests.size} requests a minute: ask again in {wait} s", wait)

    def charge(self, points: int) -> None:
        """Count what a document costs, before it runs. Raises RateExceeded."""
        if self.points is not None and (wait := self.points.take(points, from_level=0.0)):
            raise RateExceeded(f"more than {self.points.size} points a minute: ask again in {wait} s", wait)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """How it stands, as clients read it."""
        buckets = [
            (name, one) for name, one in (("requests", self.requests), ("points", self.points)) if one is not None
        ]
        if not buckets:
            return []
        told = {
            "ratelimit-policy": ", ".join(f'"{name}";q={one.size};w={WINDOW_S}' for name, one in buckets),
            "ratelimit": ", ".join(f'"{name}";r={_left(one)};t={one.full_in_s()}' for name, one in buckets),
        }
        if (requests := self.requests) is not None:
            told["ratelimit-limit"] = str(requests.size)
            told["ratelimit-remaining"] = str(_left(requests))
            told["ratelimit-reset"] = str(requests.full_in_s())
        return [(name.encode(), value.encode()) for name, value in told.items()]


FREE = Allowance(None, None)
"""As much as they like."""


class Allowances:
    """The allowance of each caller, by whatever tells them apart."""

    def __init__(self, *, requests: int, points: int, clock: Callable[[], float] = time.monotonic) -> None:
        """What a caller without figures of their own may use in a minute; 0: as much as they like."""
        self._requests, self._points, self._clock = requests, points, clock
        self._by_caller: OrderedDict[tuple[object, ...], Allowance] = OrderedDict()

    def of(self, who: str, *, requests: int | None = None, points: int | None = None) -> Allowance:
        """The allowance of a caller; figures of their own go before the usual ones."""
        requests = self._requests if requests is None else requests
        points = self._points if points is None else points
        if not requests and not points:
            return FREE
        key = (who, requests, points)
        if (known := self._by_caller.get(key)) is None:
            known = self._by_caller[key] = Allowance(self._bucket(requests), self._bucket(points))
            if len(self._by_caller) > _MOST_CALLERS:
                self._by_caller.popitem(last=False)
        self._by_caller.move_to_end(key)
        return known

    def _bucket(self, size: int) -> Bucket | None:
        return Bucket(size, self._clock) if size else None


def _left(bucket: Bucket) -> int:
    return max(0, math.floor(bucket.level))
