"""The dead-letter file: each record that was refused, with its source, line, field and reason, as a JSON line."""

from collections.abc import Iterable
from pathlib import Path

import orjson

from graph_schema.errors import MalformedRecord, SettingsError

_FIRST = 10


class DeadLetterFile:
    """Made with the first refusal, so that a clean load leaves no file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = 0
        self.first: list[MalformedRecord] = []
        """The first of them, to show."""

    def write(self, kind: str, input: str, refusals: Iterable[MalformedRecord]) -> None:
        """Append what was refused of an input, by the name of its source's definition and its own.

        Raises SettingsError when the file cannot be written.
        """
        refusals = list(refusals)
        self.first.extend(refusals[: _FIRST - len(self.first)])
        lines = [
            orjson.dumps(
                {
                    "kind": kind,
                    "input": input,
                    "source": refusal.source,
                    "line": refusal.line,
                    "field": refusal.field,
                    "reason": refusal.problem,
                    "header": refusal.header,
                    "raw": refusal.raw,
                },
                option=orjson.OPT_APPEND_NEWLINE,
            )
            for refusal in refusals
        ]
        if not lines:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                file.writelines(lines)
        except OSError as error:
            raise SettingsError(f"cannot write the dead-letter file {self.path}: {error.strerror or error}") from error
        self.written += len(lines)
