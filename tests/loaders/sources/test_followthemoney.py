"""FollowTheMoney: every statement with its dates and shares, ends as facts of their own, bad lines with line and field."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_schema.errors import MalformedRecord, SourceError
from graph_schema.vocabulary import Modality, RelationType
from loaders.sources.followthemoney import FollowTheMoney
from loaders.sources.records import SourceRecord
from loaders.triple import Triple

DATA = Path(__file__).parents[2] / "data" / "followthemoney"
ENTITIES = str(DATA / "entities.ftm.json")

Write = Callable[..., str]


def records(*paths: str, base: tuple[str, ...] = ()) -> list[SourceRecord]:
    found = []
    for record in FollowTheMoney(paths, base).records():
        assert isinstance(record, SourceRecord), record
        found.append(record)
    return found


def triples(of: list[SourceRecord], object_or_subject: str) -> list[Triple]:
    ends = [triple for record in of for triple in record.triples]
    return [triple for triple in ends if object_or_subject in (triple.subject.name, triple.object.name)]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*lines: object) -> str:
        path = tmp_path / "list.ftm.json"
        path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
        return str(path)

    return write


def test_listing_delisting_and_relisting_are_three_dated_facts() -> None:
    by_list = triples(records(ENTITIES), "Trial List")
    assert [(t.modality, t.date, t.valid_from, t.valid_to) for t in by_list] == [
        (Modality.ASSERTED, dt.date(2025, 1, 7), dt.date(2025, 1, 7), dt.date(2026, 2, 17)),
        (Modality.ENDED, dt.date(2026, 2, 17), None, dt.date(2026, 2, 17)),
        (Modality.ASSERTED, dt.date(2026, 6, 8), dt.date(2026, 6, 8), None),
    ]
    assert {(t.relation, t.object.name, t.object.aliases) for t in by_list} == {
        (RelationType.SANCTIONS, "Example Memory, Inc.", ("EXMEM",))
    }


def test_an_authority_that_any_country_could_have_is_named_with_its_country() -> None:
    listed = triples(records(ENTITIES), "Ministry of Trials (United States)")
    assert {t.predicate for t in listed} == {"lists under Trial List"}


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param("o1", ("Ada Example", "OWNS", "Example Memory, Inc.", 0.49), id="a share that is held"),
        pytest.param("y1", ("Example Memory, Inc.", "RELATED_TO", "Example Party", None), id="a payment"),
        pytest.param("u1", ("Ada Example", "RELATED_TO", "Example Party", None), id="an unknown link"),
        pytest.param("m1", ("Ada Example", "RELATED_TO", "Eve Example", None), id="family"),
        pytest.param("f1", ("Example Memory, Inc.", "LOCATED_IN", "China", None), id="a firm's seat"),
    ],
)
def test_each_kind_of_link_becomes_a_statement(of: str, expected: tuple[str, str, str, float | None]) -> None:
    with Path(ENTITIES).open() as file:
        line = next(number for number, text in enumerate(file, 1) if json.loads(text)["id"] == of)
    (record,) = (record for record in records(ENTITIES) if record.line == line)
    (triple,) = record.triples
    assert (triple.subject.name, triple.relation, triple.object.name, triple.share) == expected


def test_a_role_that_ended_is_two_facts_under_its_title() -> None:
    held = [t for t in triples(records(ENTITIES), "Ada Example") if t.relation is RelationType.HOLDS_ROLE_AT]
    assert [(t.role, t.modality, t.valid_to) for t in held] == [
        ("Chairman", Modality.ASSERTED, dt.date(2020, 1, 1)),
        ("Chairman", Modality.ENDED, dt.date(2020, 1, 1)),
    ]


def test_a_delta_takes_names_from_its_base_and_withdraws_what_was_deleted() -> None:
    changed, deleted, added = records(str(DATA / "changes.delta.json"), base=(ENTITIES,))
    assert [t.share for t in changed.triples] == [0.51]
    assert deleted.withdrawn
    assert deleted.document.id == next(r for r in records(ENTITIES) if r.line == 3).document.id
    assert [t.object.name for t in added.triples] == ["Example Party"]


def test_an_entity_is_the_same_document_in_every_delivery() -> None:
    assert (
        records(ENTITIES)[3].document.id == records(str(DATA / "changes.delta.json"), base=(ENTITIES,))[0].document.id
    )


FIRM = {"id": "f", "schema": "Company", "properties": {"name": ["Example Fab"]}}


def sanction(**properties: Any) -> dict[str, Any]:
    return {
        "id": "s",
        "schema": "Sanction",
        "properties": {"entity": ["f"], "authority": ["Trial Office"], **properties},
    }


@pytest.mark.parametrize(
    ("line", "field"),
    [
        pytest.param('{"id": "x", "schema": "Comp', None, id="truncated"),
        pytest.param("[1]", None, id="an array"),
        pytest.param({"schema": "Company", "properties": {}}, "id", id="no id"),
        pytest.param({"id": "x", "properties": {}}, "schema", id="no schema"),
        pytest.param({"id": "x", "schema": "Company"}, "properties", id="no properties"),
        pytest.param({"id": "x", "schema": "Company", "properties": {"name": "A"}}, "properties.name", id="no list"),
        pytest.param({"id": "x", "schema": "Company", "properties": {}}, "properties.name", id="no name"),
        pytest.param({"op": "PUT", "entity": FIRM}, "op", id="unknown operation"),
        pytest.param(sanction(entity=[]), "properties.entity", id="nobody sanctioned"),
        pytest.param(sanction(entity=["q"]), "properties.entity", id="an unknown id"),
        pytest.param(sanction(startDate=["2026-02-30"]), "properties.startDate", id="no day of the calendar"),
        pytest.param(sanction(startDate=["2026"], endDate=["2025"]), "properties.endDate", id="ends before it starts"),
        pytest.param(sanction(authority=[]), "properties.authority", id="no authority"),
    ],
)
def test_a_bad_line_is_named_with_its_field_and_the_next_is_read(line: object, field: str | None, write: Write) -> None:
    firm, refused, last = FollowTheMoney([write(FIRM, line, sanction())]).records()
    assert isinstance(firm, SourceRecord)
    assert isinstance(refused, MalformedRecord)
    assert (refused.line, refused.field) == (2, field)
    assert isinstance(last, SourceRecord)


def test_standard_input_cannot_be_read_twice() -> None:
    with pytest.raises(SourceError, match="read twice"):
        list(FollowTheMoney(["-"]).records())


def test_a_listing_ends_on_the_last_day_of_its_year_or_month(write: Write) -> None:
    path = write(
        entity("m", "Company", name=["Marl Works"], country=["by"]),
        entity("s", "Sanction", entity=["m"], authority=["OFAC"], startDate=["2020"], endDate=["2020"]),
        entity("r", "Sanction", entity=["m"], authority=["BIS"], startDate=["2021-02"], endDate=["2024-02"]),
    )
    held = [(t.valid_from, t.valid_to) for t in triples(records(path), "Marl Works") if t.modality is Modality.ASSERTED]
    assert held[1:] == [
        (dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
        (dt.date(2021, 2, 1), dt.date(2024, 2, 29)),
    ]


def test_two_of_one_name_with_other_countries_numbers_or_birthdays_are_told_apart(write: Write) -> None:
    path = write(
        entity("a", "Company", name=["Marl Works Ltd"], country=["gb"], registrationNumber=["7"]),
        entity("b", "Company", name=["Marl Works"], country=["gb"], registrationNumber=["8"]),
        entity("c", "Company", name=["Marl Works"], jurisdiction=["by"]),
        entity("d", "Company", name=["Marl Works"]),
        entity("e", "Person", name=["Ada Marl"], birthDate=["1960-01-02"]),
        entity("f", "Person", name=["Ada Marl"], birthDate=["1971"]),
        *(entity(f"r{of}", "Directorship", director=["e" if of == "a" else "f"], organization=[of]) for of in "abcd"),
    )
    roles = [t for record in records(path) for t in record.triples if t.relation is RelationType.HOLDS_ROLE_AT]
    assert [(t.subject.name, t.object.name) for t in roles] == [
        ("Ada Marl (1960-01-02)", "Marl Works (United Kingdom, 7)"),
        ("Ada Marl (1971)", "Marl Works (United Kingdom, 8)"),
        ("Ada Marl (1971)", "Marl Works (Belarus)"),
        ("Ada Marl (1971)", "Marl Works"),
    ]


def entity(id: str, schema: str, **properties: list[str]) -> dict[str, object]:
    return {"id": id, "schema": schema, "properties": properties}
