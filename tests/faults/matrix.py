"""The fault matrix as data: what is done, what happens to it meanwhile, and which of the two go together."""

import itertools
from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """What is under way."""

    LOAD = "load"
    RETRACT = "retract"
    JUDGE = "judge"
    RESTORE = "restore"
    QUERY = "query"
    """The service answers path questions while a loader writes."""
    SUBSCRIBE = "subscribe"
    """The service tells changes while a loader writes; a client that is cut off goes on from its last version."""


class Fault(StrEnum):
    """What happens to it."""

    KILL_LOADER = "loader killed"
    KILL_SERVICE = "service killed"
    KILL_DATABASE = "Neo4j killed"
    FREEZE = "Neo4j stopped for 6 s"
    FULL_DISK = "disk full"
    RESTART = "Neo4j restarted"
    CLOCK = "clock an hour on, and back"
    CUT = "connections cut for 3 s"
    TWO_WRITERS = "two writers"


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of the matrix."""

    operation: Operation
    fault: Fault


READING = frozenset({Operation.QUERY, Operation.SUBSCRIBE})
CELLS = tuple(
    Cell(operation, fault)
    for operation, fault in itertools.product(Operation, Fault)
    # The other commands do not ask the service: its end means nothing to them.
    if fault is not Fault.KILL_SERVICE or operation in READING
)
FEW = frozenset(
    {
        Cell(Operation.QUERY, Fault.KILL_DATABASE),
        Cell(Operation.SUBSCRIBE, Fault.KILL_SERVICE),
        Cell(Operation.RETRACT, Fault.KILL_LOADER),
        Cell(Operation.JUDGE, Fault.TWO_WRITERS),
        Cell(Operation.RESTORE, Fault.CUT),
    }
)
"""Each operation once: what CI has time for. Beside questions and subscriptions a load is disturbed too."""
