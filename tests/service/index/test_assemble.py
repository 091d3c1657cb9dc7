"""The next snapshot of another: what a change removes is found by its id, never by a digest of it alone."""

import itertools

from graph_schema.ids import EntityId, RelationId, relation_id
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.index.assemble import digest_of, next_snapshot, snapshot_of_rows
from service.index.change import Change, EntityRow, RelationRow
from service.index.snapshot import Snapshot

HUB = EntityId("company:hub")


def supplied(firm: EntityId) -> RelationId:
    return relation_id(HUB, RelationType.SUPPLIES, firm)


def twins(pairs: int) -> list[tuple[EntityId, EntityId]]:
    """Pairs of firms of which the relations to the hub have equal digests."""
    seen: dict[int, EntityId] = {}
    found: list[tuple[EntityId, EntityId]] = []
    for number in itertools.count():
        firm = EntityId(f"company:{number}")
        other = seen.setdefault(digest_of(supplied(firm)), firm)
        if other != firm:
            found.append((other, firm))
            if len(found) == pairs:
                return found
    raise AssertionError


def graph_of(*firms: EntityId) -> Snapshot:
    """The hub supplies each of these."""
    change = Change(1)
    change.entities = [EntityRow(id, EntityType.COMPANY, id) for id in (HUB, *firms)]
    change.relations = [
        RelationRow(supplied(firm), HUB, RelationType.SUPPLIES, firm, Modality.ASSERTED, 0.9, 1) for firm in firms
    ]
    return snapshot_of_rows(change)


def left(graph: Snapshot) -> set[str]:
    """Whom the hub still supplies."""
    hub = graph.ids.number_of(HUB)
    assert hub is not None
    return {graph.ids.id_of(int(x)) for x in graph.rows.neighbour[graph.rows.start[hub] : graph.rows.start[hub + 1]]}


def test_what_the_snapshot_never_had_takes_nothing_of_the_same_digest_with_it() -> None:
    ((absent, present),) = twins(1)
    change = Change(2, removed_relations={supplied(absent)})
    assert left(next_snapshot(graph_of(present), change)) == {present}


def test_relations_of_one_digest_are_removed_at_once_or_alone() -> None:
    ((one, other),) = twins(1)
    graph = graph_of(one, other)
    assert left(next_snapshot(graph, Change(2, removed_relations={supplied(one)}))) == {other}
    assert left(next_snapshot(graph, Change(2, removed_relations={supplied(one), supplied(other)}))) == set()
