"""With what a command ends, for the shell and whoever calls it."""

from collections.abc import Mapping
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    UNUSABLE = 4
    DATABASE = 5
    SERVER = 6
    INTERRUPTED = 130


MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "a check failed, or the answer is no: schema drift, no path, not running",
    ExitCode.USAGE: "usage or settings",
    ExitCode.REFUSED: "finished, but some records were refused; the dead-letter file is named",
    ExitCode.UNUSABLE: "the input or the question cannot be used, or the output not written",
    ExitCode.DATABASE: "the database cannot answer",
    ExitCode.SERVER: "the embedded Neo4j cannot start",
    ExitCode.INTERRUPTED: "interrupted; run it again to resume",
}


def exit_codes_line(here: Mapping[ExitCode, str] | None = None) -> str:
    """The line that ends the help of a command; `here`: what codes mean there in particular."""
    meanings = {**MEANINGS, **(here or {})}
    return "Exit codes: " + " · ".join(f"{code.value} {meaning}" for code, meaning in meanings.items()) + "."
