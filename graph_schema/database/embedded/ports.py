"""Ports: which to listen on, given what the user asked for, what was used last time and what is free."""

import contextlib
import os
import socket

import psutil

from graph_schema.errors import PortTaken

LOOPBACK = "127.0.0.1"


def choose_port(asked: int | None, *, last: int | None, usual: int, setting: str) -> int:
    """The port to listen on.

    `asked` if given (0: any free one). Else the `last` one, so that addresses stay; else the `usual` one; else any free one.
    Raises PortTaken, naming `setting` and where possible the program, when the port that was asked for is in use.
    """
    if asked is not None and asked != 0:
        if not is_free(asked):
            raise PortTaken(
                f"port {asked} is in use{_owner(asked)}: stop that program, or set {setting} to another port"
            )
        return asked
    preferred = (last, usual) if asked is None else (last,)
    return next((port for port in preferred if port is not None and is_free(port)), None) or _any_free()


def is_free(port: int) -> bool:
    """Whether nothing listens on `port` of the loopback interface."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=0.5):
        return False
    with socket.socket() as probe:
        # On Windows this option would let two programs share the port; elsewhere it only skips connections that are closing.
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _owner(port: int) -> str:
    """` by <program> (pid 1)`, or nothing where the system does not tell."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            if listens and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return ""
