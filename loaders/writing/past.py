"""What a change-set changes or takes away, as it was at the version before: the first state of a thing counts."""

from collections.abc import Iterable, Mapping

from graph_schema.domain import Document, Entity
from graph_schema.former import (
    FormerClaim,
    FormerDocument,
    FormerEntity,
    FormerFold,
    FormerState,
    FormerWeights,
    written,
)
from graph_schema.ids import EntityId
from graph_schema.publishers import Publisher


class Past:
    """Collects the former states of one change-set. What the change-set itself brought had none."""

    def __init__(self, version: int) -> None:
        """`version`: the one that the change-set makes."""
        self._version = version
        self._states: dict[tuple[str, str], FormerState | None] = {}

    @property
    def states(self) -> list[str]:
        """All of them, as they are stored."""
        return [written(state) for state in self._states.values() if state is not None]

    def claims(self, claims: Iterable[FormerClaim]) -> None:
        """Claims that are changed or go."""
        for claim in claims:
            if claim.since < self._version:
                self._note(claim)

    def entity(self, id: EntityId, was: Entity | None) -> None:
        """An entity that is written; None: it is new."""
        if was is None:
            self._states.setdefault((FormerEntity.kind, id), None)
        else:
            self._note(FormerEntity(id, was.type, was.name, was.aliases))

    def lost_entity(self, id: EntityId, was: Entity, since: int) -> None:
        """An entity that goes. What it was called comes from its first change, its coming from here."""
        key = FormerEntity.kind, id
        first = self._states.get(key, FormerEntity(id, was.type, was.name, was.aliases))
        if isinstance(first, FormerEntity) and since < self._version:
            self._states[key] = FormerEntity(id, first.type, first.name, first.aliases, since)

    def document(self, was: Document) -> None:
        """A document that goes, or of which claims take another date or publisher."""
        self._note(FormerDocument(was.id, was.publisher, was.published))

    def fold(self, id: EntityId, whole: EntityId | None) -> None:
        """An entity that is judged to be another one from now on, or no longer; whom it was judged to be before."""
        self._note(FormerFold(id, whole))

    def weights(self, publishers: Mapping[str, Publisher]) -> None:
        """Weights that are replaced."""
        self._note(FormerWeights(reliabilities={one.name: one.reliability for one in publishers.values()}))

    def _note(self, state: FormerState) -> None:
        self._states.setdefault((state.kind, state.id), state)
