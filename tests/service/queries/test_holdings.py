"""Holdings and listings as the database tells them."""

import datetime as dt
from typing import Any

import pytest

from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.queries.holdings import holders, listings
from tests.service.holdings_build import Owners

pytestmark = pytest.mark.anyio


async def test_owners_come_from_either_end_of_a_relation_with_claims_newest_first(graph: Graph) -> None:
    build = Owners()
    parent, unit = build.firm("Parent"), build.firm("Unit")
    build.says(unit, RelationType.SUBSIDIARY_OF, parent)
    build.owns(parent, 0.4, unit, date=dt.date(2020, 1, 1))
    build.owns(parent, 0.6, unit, date=dt.date(2024, 1, 1))
    build.owns(unit, 0.1, parent)
    await build.write(graph)
    found = await graph.read(holders, [unit], as_of=None, room=10)
    assert {(one.owner.id, one.owned, one.relation.type) for one in found} == {
        (parent, unit, RelationType.OWNS),
        (parent, unit, RelationType.SUBSIDIARY_OF),
    }
    (owns,) = (one for one in found if one.relation.type is RelationType.OWNS)
    assert [claim.share for claim in owns.claims] == [0.6, 0.4]
    assert len(await graph.read(holders, [unit], as_of=None, room=1)) == 1


async def test_what_had_ended_counts_on_the_days_before(graph: Graph) -> None:
    build = Owners()
    owner, firm = build.firm("Owner"), build.firm("Firm")
    days: dict[str, Any] = {"valid_from": dt.date(2015, 1, 1), "valid_to": dt.date(2020, 1, 1)}
    build.owns(owner, 0.4, firm, modality=Modality.ENDED, **days)
    await build.write(graph)
    for day, number in ((None, 0), (dt.date(2018, 1, 1), 1), (dt.date(2021, 1, 1), 0)):
        assert len(await graph.read(holders, [firm], as_of=day, room=9)) == number


async def test_listings_are_of_parties_and_by_whom_was_asked(graph: Graph) -> None:
    build = Owners()
    here, there = build.entity(EntityType.COUNTRY, "Here"), build.entity(EntityType.COUNTRY, "There")
    firm, other = build.firm("Firm"), build.firm("Other")
    build.says(here, RelationType.SANCTIONS, firm, valid_from=dt.date(2022, 1, 1))
    build.says(here, RelationType.SANCTIONS, there)
    build.says(there, RelationType.RESTRICTS_EXPORTS_TO, other)
    await build.write(graph)
    ids = [firm, other, there]

    async def listed(*listers: EntityId, day: dt.date | None = None) -> set[EntityId]:
        return set(await graph.read(listings, ids, as_of=day, listers=listers))

    assert await listed() == {firm, other}
    assert await listed(there) == {other}
    assert await listed(here, day=dt.date(2021, 1, 1)) == set()
