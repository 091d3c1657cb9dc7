"""What a load did, counted. The records read are those refused, those that state nothing, and those that do; the statements
are the claims new, updated and unchanged."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(slots=True)
class Counts:
    """Counts of one batch or of a whole load; they add up."""

    records_read: int = 0
    records_refused: int = 0
    records_silent: int = 0
    """Read and understood, but they state nothing."""
    statements: int = 0
    """Triples found in texts or given."""
    claims_new: int = 0
    claims_updated: int = 0
    claims_unchanged: int = 0
    """Statements that the graph, or this batch, held already."""
    claims_removed: int = 0
    """What an earlier reading found in a text that was now read anew."""
    claims_ended: int = 0
    """Ends that were added because the source no longer states what it did; they are not among the new claims."""
    documents_new: int = 0
    documents_updated: int = 0
    documents_removed: int = 0
    entities_new: int = 0
    entities_updated: int = 0
    entities_removed: int = 0
    edges_new: int = 0
    edges_updated: int = 0
    edges_removed: int = 0

    def add(self, other: "Counts") -> None:
        """Add what `other` counted."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def as_dict(self) -> dict[str, int]:
        """All counts by name, zeros included."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        return values

    @property
    def changed(self) -> bool:
        """Whether the graph is another than before."""
        return any(
            value for name, value in self.as_dict().items() if name.endswith(("_new", "_updated", "_removed", "_ended"))
        )
