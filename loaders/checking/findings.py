"""What a check of the graph may find."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong."""

    SCHEMA_DRIFT = "schema drift"
    """A constraint or index differs from what this version needs."""
    RESTORE_UNFINISHED = "restore unfinished"
    """The graph holds a part of a backup."""
    CLAIM_TORN = "claim torn"
    """A claim lacks an end or its document, or names another edge than its ends make."""
    EDGE_MISSING = "edge missing"
    """Claims state a relation that has no edge."""
    EDGE_WRONG = "edge wrong"
    """An edge says something else than the claims behind it."""
    EDGE_UNSUPPORTED = "edge unsupported"
    """No claim stands behind an edge."""
    EDGE_DOUBLED = "edge doubled"
    """Two edges have one id."""
    LOCK_LEFT = "lock left"
    """A lock whose lease has run out; the next load takes it."""
    RUN_OPEN = "run left open"
    """A load run that counts as running while nobody writes; loading its input again goes on where it stopped."""


REPAIRABLE = frozenset({Kind.EDGE_MISSING, Kind.EDGE_WRONG, Kind.EDGE_UNSUPPORTED, Kind.LOCK_LEFT, Kind.RUN_OPEN})
"""What follows from the claims, or holds nothing but the name of a process that is gone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    kind: Kind
    what: str
    """Id of the thing, or what is wrong in words."""
    detail: str = ""
    repaired: bool = False


@dataclass(slots=True)
class Report:
    """What was looked at and found."""

    claims: int = 0
    edges: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Findings that were not repaired."""
        return sum(not finding.repaired for finding in self.findings)
