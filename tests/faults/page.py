"""The results of the fault matrix: docs/reliability.json keeps the last run of each cell, docs/reliability.md shows them."""

import datetime as dt
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from tests.faults.comparing import Difference
from tests.faults.matrix import CELLS, Cell

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- matrix: written by the run -->\n", "<!-- /matrix -->\n"


@dataclass(frozen=True)
class Outcome:
    """How one run of the matrix ended."""

    cell: Cell
    told: str
    """How the operation came through."""
    seconds: float
    """From the end of the disturbance until the operation was done or answered again."""
    difference: Difference
    findings: int
    """Of `chokepoint check`."""
    wrong: tuple[str, ...]
    """Answers, events and exit statuses that are not right."""
    date: str
    commit: str
    machine: str

    @property
    def whole(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.difference or self.findings or self.wrong)


OUTCOMES = TypeAdapter(list[Outcome])


def here_and_now() -> dict[str, str]:
    """Date and machine of a run, and the last commit that changed the product."""
    command = ["git", "log", "-1", "--format=%h", "--", "graph_schema", "loaders", "service"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        "commit": commit or "unknown",
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
    }


def note(page: Path, outcome: Outcome) -> None:
    """Put the outcome in the place of the last one of its cell, and write the page anew."""
    data = page.with_suffix(".json")
    kept = {one.cell: one for one in OUTCOMES.validate_json(data.read_bytes())} if data.exists() else {}
    kept[outcome.cell] = outcome
    outcomes = [kept[cell] for cell in CELLS if cell in kept]
    data.write_bytes(OUTCOMES.dump_json(outcomes, indent=1) + b"\n")
    before, rest = page.read_text("utf-8").split(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{table(outcomes)}\n{END}{rest.split(END)[1]}", "utf-8")


def table(outcomes: Sequence[Outcome]) -> str:
    """What the page shows of them."""
    total: dict[str, int] = {}
    for one in outcomes:
        for name, number in {**asdict(one.difference), "findings": one.findings}.items():
            total[name] = total.get(name, 0) + number
    sums = (
        f"{len(outcomes)} of {len(CELLS)} runs, {sum(one.whole for one in outcomes)} of them whole; nodes and edges lost: "
        f"{total['lost']}, doubled: {total['doubled']}, too many: {total['added']}, wrong: {total['wrong']}; findings of "
        f"`chokepoint check`: {total['findings']}. On {', '.join(sorted({one.machine for one in outcomes}))}."
    )
    lines = [
        sums,
        "",
        "| operation | disturbed by | it | seconds | lost, doubled, too many, wrong | check | whole | date | commit |",
        "|---|---|---|--:|---|--:|---|---|---|",
    ]
    for one in outcomes:
        found = one.difference
        verdict = "yes" if one.whole else " ".join(("**no**", *one.wrong))
        lines.append(
            f"| {one.cell.operation} | {one.cell.fault} | {one.told} | {one.seconds:.1f} "
            f"| {found.lost}, {found.doubled}, {found.added}, {found.wrong} | {one.findings} | {verdict} "
            f"| {one.date} | `{one.commit}` |"
        )
    return "\n".join(lines) + "\n"
