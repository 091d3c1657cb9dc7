"""The server process: started so that it outlives the command, found again by later commands, ended cleanly."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Self

import psutil
from pydantic import Field, TypeAdapter

from graph_schema.database.embedded.layout import Layout
from graph_schema.database.embedded.ports import LOOPBACK
from graph_schema.errors import EmbeddedError

PRIVATE = 0o077
"""Mask that keeps data and logs from other users, where the system knows masks."""
STOP_GRACE_S = 120.0
"""Longest a server may take to write its last checkpoint before it is killed, in seconds."""


_Port = Annotated[int, Field(gt=0, lt=2**16)]


@dataclass(frozen=True, slots=True)
class State:
    """What the last start noted: kept when the server has stopped, so that the next one takes the same ports."""

    pid: Annotated[int, Field(gt=0, lt=2**31)]
    version: str
    bolt_port: _Port
    http_port: _Port

    @property
    def uri(self) -> str:
        """Bolt address."""
        return f"bolt://{LOOPBACK}:{self.bolt_port}"

    @property
    def browser(self) -> str:
        """Address of Neo4j Browser."""
        return f"http://{LOOPBACK}:{self.http_port}/browser/"

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """From `file`; None when there is none, or a broken one, which the next start replaces.

        Raises EmbeddedError when it cannot be read.
        """
        try:
            return TypeAdapter(cls).validate_json(file.read_bytes(), strict=True)
        except (FileNotFoundError, ValueError):
            return None
        except OSError as error:
            raise EmbeddedError(f"cannot read {file}: {error.strerror}") from error

    def write(self, file: Path) -> None:
        """To `file`, in one step."""
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)) + "\n", "utf-8")
        draft.replace(file)


def spawn(command: Sequence[str], environment: Mapping[str, str], *, folder: Path, log: Path) -> psutil.Process:
    """Start `command` in a session of its own, out of reach of Ctrl-C and of the end of this process; output goes to `log`."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            umask=PRIVATE,
            creationflags=flags,
        )
    # Popen warns when it is dropped before its child has ended, which is what we want of a detached one.
    child.returncode = 0
    return psutil.Process(child.pid)


def find(layout: Layout, state: State | None) -> psutil.Process | None:
    """The live server of this home that `state` names, or None.

    The process must name the home on its command line: a pid alone may by now belong to any program.
    """
    if state is not None and (process := _by_pid(state.pid)) is not None and _serves(process, layout):
        return process
    return None


def find_orphan(layout: Layout) -> psutil.Process | None:
    """A server of this home that no state file names: its starter died before writing one. Looks at all processes."""
    return next((process for process in psutil.process_iter() if _serves(process, layout)), None)


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that has ended and waits to be reaped does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end(process: psutil.Process, *, grace_s: float = STOP_GRACE_S) -> bool:
    """Ask the process to end and wait; kill it after the grace. False when it had to be killed.

    Raises EmbeddedError when it belongs to another user.
    """
    try:
        process.terminate()
        process.wait(grace_s)
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied as error:
        raise EmbeddedError(f"process {process.pid} serves this database and belongs to another user") from error
    except psutil.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def exit_code(process: psutil.Process) -> int | None:
    """Exit status of a process that has ended, negative for a signal; None where the system does not tell."""
    try:
        return process.wait(0)
    except psutil.Error:
        return None


def _by_pid(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _serves(process: psutil.Process, layout: Layout) -> bool:
    try:
        return is_alive(process) and layout.option in process.cmdline()
    except psutil.Error:
        return False
