"""The files of one embedded database, all below its home."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie. Nothing here creates a file."""

    home: Path

    @property
    def option(self) -> str:
        """Option that names this home on the command line of its server, and so tells it from other servers."""
        return f"--home-dir={self.home}"

    @property
    def data(self) -> Path:
        """The database itself."""
        return self.home / "data"

    @property
    def initialised(self) -> bool:
        """Whether a server has created the database, with its password."""
        return (self.data / "databases" / "system").exists()

    @property
    def logs(self) -> Path:
        """Logs of the server."""
        return self.home / "logs"

    @property
    def server_log(self) -> Path:
        """What the server says of itself."""
        return self.logs / "neo4j.log"

    @property
    def debug_log(self) -> Path:
        """What it says of itself at length."""
        return self.logs / "debug.log"

    @property
    def console_log(self) -> Path:
        """What the server printed since its last start."""
        return self.logs / "console.log"

    @property
    def conf(self) -> Path:
        """Folder of neo4j.conf, which every start writes anew."""
        return self.home / "conf"

    @property
    def folders(self) -> tuple[Path, ...]:
        """All folders that the server writes."""
        return self.data, self.logs, self.conf, self.home / "run"

    @property
    def password(self) -> Path:
        """The password, readable by its owner only."""
        return self.home / "password"

    @property
    def state(self) -> Path:
        """Which process serves this home, and where."""
        return self.home / "server.json"

    @property
    def lock(self) -> Path:
        """Held by the command that starts, stops or resets the server."""
        return self.home / "command.lock"


def write_secret(file: Path, secret: str) -> None:
    """Write `file` so that it is never, not even for a moment, readable by others."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as content:
        content.write(secret + "\n")
