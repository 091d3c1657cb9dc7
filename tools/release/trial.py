"""The installed command, used as a newcomer uses it: away from the checkout, with a home of its own."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

TEXT = "The United States sanctioned ACM Research Shanghai, a unit of ACM Research."
EVIDENCE = "Intel has tested tools from ACM Research"
"""A sentence of the sample, behind the first hop from Intel to the United States."""
MOST_S = 600
"""Longest that one command may take, in seconds."""


class Failed(Exception):
    """Something about the release is wrong; the message says what."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A product that was installed into the environment of `python`; it keeps what it makes in `home`, which exists."""

    python: Path
    home: Path

    def chokepoint(self, *arguments: str) -> str:
        """What a command writes to standard output. Raises Failed when it ends with another exit code than 0."""
        done = subprocess.run(
            [self.python.with_name("chokepoint"), *arguments],
            cwd=self.home,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=MOST_S,
        )
        if done.returncode:
            raise Failed(
                f"chokepoint {' '.join(arguments)} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-500:]}"
            )
        return done.stdout

    def _environment(self) -> dict[str, str]:
        # Neither settings of whoever runs this nor the modules of the checkout.
        own = {name: value for name, value in os.environ.items() if not name.startswith(("CHOKEPOINT_", "PYTHON"))}
        if "CHOKEPOINT_CACHE" in os.environ:  # the server, which need not be downloaded again
            own["CHOKEPOINT_CACHE"] = os.environ["CHOKEPOINT_CACHE"]
        ports = {f"CHOKEPOINT_{name}_PORT": "0" for name in ("BOLT", "HTTP")}
        patient = {"CHOKEPOINT_NEO4J_READ_TIMEOUT_S": "120"}  # whether it answers is tried here, not how fast
        return {**own, **ports, **patient, "CHOKEPOINT_HOME": str(self.home / "chokepoint")}

    def try_offline(self, version: str) -> None:
        """Use what needs no database: the version, the schema, the offline readers. Raises Failed."""
        if (said := self.chokepoint("--version").strip()) != version:
            raise Failed(f"chokepoint --version says {said}, pyproject.toml {version}")
        if not json.loads(self.chokepoint("schema", "show", "--json"))["items"]:
            raise Failed("chokepoint schema show lists nothing")
        text = self.home / "listing.txt"
        text.write_text(TEXT, "utf-8")
        read = self.chokepoint(
            "extract", "--extractor", "reader", text.name
        )  # the network beside the rules: both are tried
        if "SANCTIONS" not in {json.loads(line)["relation"] for line in read.splitlines()}:
            raise Failed(f"chokepoint extract finds no sanctions in {TEXT!r}: {read[:300]}")

    def try_database(self) -> None:
        """Start the embedded Neo4j, load the sample, ask for a path in a shell and over HTTP. Raises Failed."""
        try:
            for command in ("db start", "schema apply", "load sample"):
                self.chokepoint(*command.split())
            answer = self.chokepoint("path", "Intel", "United States", "--json", "--timeout-ms", "30000")
            if EVIDENCE not in answer:
                raise Failed(f"chokepoint path finds no evidence: {answer[:300]}")
            shown = self.chokepoint("serve", "--port", "0", "--show-path", "Intel", "United States", "--once")
            if "ACM Research Shanghai" not in shown:
                raise Failed(f"chokepoint serve shows no path: {shown[-300:]}")
        finally:
            self.chokepoint("db", "stop")
