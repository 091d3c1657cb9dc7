"""What a soak comes to: errors in and out of outages, how fast answers are right and quick again, memory over time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.comparing import Difference
from tests.faults.soak_clients import CONNECTION, PARTIAL, RIGHT, Answered, tells_of_outage

BEGIN, END = "<!-- soak: written by the run -->\n", "<!-- /soak -->\n"
BACK_WITHIN_S = 15.0
"""How long after a disturbance errors of outage are still those of an outage."""
WINDOW_S = 5.0
"""Span over which answers are taken together."""
BEFORE_S = 30.0
TIMES_AS_SLOW, QUICK_S = 2.0, 0.3
"""As quick again: at most so many times as slow as before, or so quick in seconds that nobody minds."""
SETTLED_S = 30.0
"""Age from which a service has allocated what it needs to begin with."""
MOST_PARTIAL = 0.01
"""Part of all answers that may have come to a limit: the machine is as good as overloaded."""
LEAST_GROWTH_MB, FLAT = 30.0, 1.15
"""Memory is flat while it grows by less than either, in MB and as a ratio."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One disturbance, by a clock that only goes on."""

    what: str
    at: float
    over: float
    """When all that was taken away had been started again."""

    @property
    def allowed(self) -> frozenset[str]:
        """What else than an error of outage may be told meanwhile."""
        return frozenset({CONNECTION}) if self.what == "service" else frozenset()

    @property
    def is_outage(self) -> bool:
        """Whether clients may notice it."""
        return self.what != "loader"

    def explains(self, one: Answered) -> bool:
        """Whether an error is that of this outage, in time and kind. What was asked before it is answered within it."""
        within = self.is_outage and self.at <= one.at and one.at - one.seconds <= self.over + BACK_WITHIN_S
        return within and (one.kind in self.allowed or tells_of_outage(one.kind))


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of one process of the service."""

    pid: int
    at: float
    megabytes: float


@dataclass(frozen=True)
class Soak:
    """All that was seen."""

    began: float
    ended: float
    clients: int
    strikes: Sequence[Strike]
    answered: Sequence[Answered]
    wrong: Sequence[str]
    """Answers and events that are not true, and exit statuses that nothing explains."""
    memory: Sequence[Memory]
    commands: int
    """Commands of the loader that were carried through."""
    again: int
    """How many times one of them was run again."""
    events: int
    difference: Difference
    findings: int

    def unexplained(self) -> Counter[str]:
        """Errors outside of outages, or of a kind that an outage does not explain."""
        errors = (one for one in self.answered if one.kind not in (RIGHT, PARTIAL))
        return Counter(one.kind for one in errors if not any(strike.explains(one) for strike in self.strikes))

    def during(self, strike: Strike) -> Counter[str]:
        """The errors that a disturbance explains."""
        return Counter(one.kind for one in self.answered if one.kind != RIGHT and strike.explains(one))

    def back_after(self, strike: Strike) -> float | None:
        """Seconds from the end of a disturbance until answers were right and as quick as before; None: not in time seen."""
        usual = p99(one.seconds for one in self.answered if strike.at - BEFORE_S <= one.at < strike.at)
        following = min((one.at for one in self.strikes if one.at > strike.at), default=self.ended)
        start = strike.over
        while start + WINDOW_S <= following:
            window = [one for one in self.answered if start <= one.at - one.seconds and one.at < start + WINDOW_S]
            slowest = p99(one.seconds for one in window)
            if window and slowest <= max(usual * TIMES_AS_SLOW, QUICK_S) and all(one.kind == RIGHT for one in window):
                return start - strike.over
            start += 0.5
        return None

    def lives(self) -> list[tuple[float, float, float]]:
        """Each process of the service that was seen long enough: minutes, MB once settled, MB at its end."""
        found = []
        for pid in dict.fromkeys(one.pid for one in self.memory):
            samples = [one for one in self.memory if one.pid == pid]
            settled = [one for one in samples if one.at - samples[0].at >= SETTLED_S]
            if len(settled) > 1:
                minutes = (samples[-1].at - samples[0].at) / 60
                found.append((minutes, settled[0].megabytes, settled[-1].megabytes))
        return found

    @property
    def flat(self) -> bool:
        """Whether no process of the service grew."""
        return all(last - first < LEAST_GROWTH_MB or last / first < FLAT for _, first, last in self.lives())

    @property
    def partial(self) -> int:
        """Answers that came to a limit and said so."""
        return sum(one.kind == PARTIAL for one in self.answered)

    @property
    def whole(self) -> bool:
        """Whether every bar is held."""
        backs = [self.back_after(strike) for strike in self.strikes]
        slow = [one for one in backs if one is None or one > BACK_WITHIN_S]
        few = self.partial <= MOST_PARTIAL * len(self.answered)
        return self.flat and few and not (self.wrong or self.unexplained() or slow or self.difference or self.findings)


def p99(seconds: Iterable[float]) -> float:
    """What 99 of 100 do not exceed; 0 where there is none."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] if ordered else 0.0


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{number} × {kind}" for kind, number in kinds.most_common()) or "none"


def text(soak: Soak, where: str) -> str:
    """The page's part; `where` names date, commit and machine."""
    right = sum(one.kind == RIGHT for one in soak.answered)
    found = soak.difference
    usual = p99(one.seconds for one in soak.answered if one.kind == RIGHT)
    verdict = "every bar held" if soak.whole else "**not every bar held**"
    minutes = (soak.ended - soak.began) / 60
    lives = "; ".join(f"{first:.0f} → {last:.0f} MB in {length:.1f} min" for length, first, last in soak.lives())
    summary = f"""\
{minutes:.0f} minutes, {soak.clients} clients, {len(soak.strikes)} disturbances ({where}): {verdict}.

- {right:,} right answers of {len(soak.answered):,}, p99 {usual:.2f} s over all; {soak.events:,} events told to subscribers.
- Partial answers, which came to their limit of time and say so: {soak.partial:,}.
- Wrong: {len(soak.wrong)}{"".join(f"; {one}" for one in sorted(set(soak.wrong))[:5])}.
- {soak.commands} commands of the loader, run again {soak.again} times. Nodes and edges lost: {found.lost},
  doubled: {found.doubled}, too many: {found.added}, wrong: {found.wrong}; findings of `chokepoint check`: {soak.findings}.
- Errors outside of outages, or of another kind than an outage has: {_counted(soak.unexplained())}.
- Memory of the service, {"flat" if soak.flat else "**not flat**"}: {lives or "not seen"}.
"""
    lines = [
        summary,
        "| minute | killed | away, s | errors meanwhile | right and quick again after, s |",
        "|--:|---|--:|---|--:|",
    ]
    for one in soak.strikes:
        back = soak.back_after(one)
        lines.append(
            f"| {(one.at - soak.began) / 60:.1f} | {one.what} | {one.over - one.at:.1f} | {_counted(soak.during(one))} "
            f"| {'not seen' if back is None else f'{back:.1f}'} |"
        )
    return "\n".join(lines) + "\n"


def write(page: Path, part: str) -> None:
    """Put the part in the place of the last one."""
    before, rest = page.read_text("utf-8").split(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{part}\n{END}{rest.split(END)[1]}", "utf-8")
