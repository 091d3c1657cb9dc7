"""Why a relation stands so: which claims decide, which give way to which, and the same over the API as the stored edge says."""

import datetime as dt
import random
from typing import Any

import pytest

from graph_schema.database.graph import Graph
from graph_schema.domain import Document
from graph_schema.ids import ClaimId, DocumentId, EntityId
from graph_schema.projection import Evidence, noisy_or, project
from graph_schema.publishers import Publisher
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.queries.records import ClaimRecord, DocumentRecord
from service.searches.because import Because, OutvotedBecause, because
from tests.service.build import GraphBuilder
from tests.service.conftest import Ask


def claim(
    id: str, modality: Modality = Modality.ASSERTED, publisher: str | None = "Wire", sure: float = 0.9, **more: Any
) -> ClaimRecord:
    year = more.pop("year", None)
    published = None if year is None else dt.date(year, 1, 1)
    return ClaimRecord(
        id=ClaimId(id),
        relation_id=None,
        subject=EntityId("company:a"),
        relation=RelationType.SUPPLIES,
        object=EntityId("company:b"),
        document=DocumentRecord(DocumentId(f"doc:{id}"), publisher=publisher, published=published),
        sentence="A supplies B.",
        start=0,
        end=13,
        predicate="supplies",
        modality=modality,
        confidence=sure,
        extractor="given",
        **more,
    )


def weighed(*claims: ClaimRecord) -> Because:
    found = because(claims, {}, of=len(claims))
    assert found is not None
    return found


def outvoted(found: Because) -> dict[str, tuple[OutvotedBecause, str]]:
    return {one.claim.id: (one.why, one.by.id) for one in found.outvoted}


def test_of_each_publisher_the_surest_claim_decides() -> None:
    found = weighed(claim("1", sure=0.6), claim("2", sure=0.8), claim("3", publisher="Daily", sure=0.7))
    assert [one.id for one in found.deciding] == ["2", "3"]
    assert outvoted(found) == {"1": (OutvotedBecause.SAME_PUBLISHER, "2")}
    assert (found.status, found.superseded_by, found.complete) == (Modality.ASSERTED, None, True)


def test_documents_without_a_publisher_count_each_for_itself() -> None:
    found = weighed(claim("1", publisher=None), claim("2", publisher=None))
    assert len(found.deciding) == 2


def test_reliability_decides_which_claim_of_a_publisher_counts_and_weights_are_told() -> None:
    rumour = Publisher("Rumour", reliability=0.5, state_media=True)
    found = because([claim("1", publisher="Rumour", sure=0.9), claim("2", sure=0.8)], {"Rumour": rumour}, of=2)
    assert found is not None
    assert ([one.id for one in found.deciding], found.publishers) == (["2", "1"], (rumour,))


def test_what_is_weaker_and_what_denies_gives_way() -> None:
    found = weighed(claim("1", Modality.PLANNED), claim("2"), claim("3", Modality.DENIED, "Firm"))
    assert outvoted(found) == {"1": (OutvotedBecause.WEAKER, "2"), "3": (OutvotedBecause.CONTRADICTED, "2")}


def test_the_latest_end_supersedes_what_held() -> None:
    found = weighed(
        claim("1", year=2019),
        claim("2", Modality.ENDED, year=2021),
        claim("3", Modality.ENDED, "Daily", year=2022, valid_to=dt.date(2021, 6, 1)),
    )
    assert (found.status, found.superseded_by and found.superseded_by.id) == (Modality.ENDED, "3")
    assert outvoted(found) == {"1": (OutvotedBecause.ENDED_SINCE, "3")}


def test_an_end_gives_way_to_a_later_claim_that_it_holds_again() -> None:
    found = weighed(claim("1", year=2019), claim("2", Modality.ENDED, year=2021), claim("3", year=2023, sure=0.5))
    assert (found.status, found.superseded_by) == (Modality.ASSERTED, None)
    assert outvoted(found) == {
        "2": (OutvotedBecause.HELD_AGAIN, "3"),
        "3": (OutvotedBecause.SAME_PUBLISHER, "1"),
    }


def test_nothing_but_denials_deny() -> None:
    found = weighed(claim("1", Modality.DENIED))
    assert (found.status, [one.id for one in found.deciding]) == (Modality.DENIED, ["1"])


def test_without_claims_there_is_nothing_to_weigh_and_a_part_is_told() -> None:
    assert because([], {}, of=3) is None
    part = because([claim("1")], {}, of=3)
    assert part is not None
    assert not part.complete


def test_every_claim_is_told_once_and_the_deciding_ones_make_the_confidence() -> None:
    for seed in range(300):
        chance = random.Random(seed)
        claims = [
            claim(
                str(i),
                chance.choice(list(Modality)),
                chance.choice(["Wire", "Daily", None]),
                round(chance.random(), 2),
                year=chance.choice([None, 2019, 2020, 2021]),
                date=chance.choice([None, dt.date(2020, 5, 5)]),
            )
            for i in range(chance.randint(1, 8))
        ]
        found, projected = weighed(*claims), project(Evidence.of(one, one.document) for one in claims)
        assert projected is not None
        told = [one.id for one in (*found.deciding, *(one.claim for one in found.outvoted))]
        assert sorted(told) == sorted(one.id for one in claims), seed
        assert found.status is projected.status
        assert len(found.deciding) == projected.sources
        assert noisy_or(one.confidence for one in found.deciding) == pytest.approx(projected.confidence, abs=1e-6)
        assert (found.superseded_by is not None) is (projected.status is Modality.ENDED), seed


@pytest.mark.anyio
async def test_the_api_tells_why_a_relation_has_ended(graph: Graph, ask_graph: Ask) -> None:
    build = GraphBuilder()
    intel, huawei = build.entity(EntityType.COMPANY, "Intel"), build.entity(EntityType.COMPANY, "Huawei")
    for year, modality in ((2019, Modality.ASSERTED), (2024, Modality.ENDED), (2018, Modality.PLANNED)):
        document = Document(DocumentId(f"doc:{year}"), publisher="Wire", published=dt.date(year, 5, 7))
        build.state(intel, RelationType.SUPPLIES, huawei, f"Told in {year}.", document, modality=modality)
    await build.write(graph)
    answer = await ask_graph(
        """{ relationBetween(a: "Intel", b: "Huawei", where: {modalities: [ASSERTED, PLANNED, ENDED]}) { because {
          status complete supersededBy { sentence document { published } } deciding { sentence }
          outvoted(first: 1) { why claim { sentence } by { sentence } } } } }"""
    )
    (relation,) = answer["data"]["relationBetween"]
    told = relation["because"]
    assert (told["status"], told["complete"]) == ("ENDED", True)
    assert told["supersededBy"] == {"sentence": "Told in 2024.", "document": {"published": "2024-05-07"}}
    assert [one["sentence"] for one in told["deciding"]] == ["Told in 2024."]
    assert [(one["why"], one["by"]["sentence"]) for one in told["outvoted"]] == [("ENDED_SINCE", "Told in 2024.")]
