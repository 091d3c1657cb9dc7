"""What a screening found, as lines of JSON and rows of CSV."""

import csv
import json

from graph_schema.ids import EntityId
from graph_schema.screening import AskedName
from graph_schema.vocabulary import EntityType
from service.cli.screened import COLUMNS, csv_header, csv_rows, json_line
from service.queries.records import EntityRecord
from service.searches.matching import Candidate, Reason
from service.searches.screening import Screened, ScreenedEntity, ScreenedMatch, ScreeningOutcome

ASKED = AskedName("list", 2, "=Evil()", EntityType.COMPANY)
PERSON = EntityRecord(EntityId("person:evil"), EntityType.PERSON, "Evil")
MATCH = ScreenedMatch(Candidate(PERSON, 0.6, (Reason("type", 0.6, "Person, not Company"),)), ScreenedEntity())


def rows(one: Screened) -> list[dict[str, str]]:
    return list(csv.DictReader((csv_header() + csv_rows(7, one)).decode().splitlines()))


def test_a_name_without_a_candidate_is_a_row_of_its_own() -> None:
    (row,) = rows(Screened(ASKED, ScreeningOutcome.NO_MATCH, (), 3))
    assert row["name"] == "'=Evil()"  # no spreadsheet carries it out
    assert (row["row"], row["outcome"], row["entity_id"], row["graph_version"]) == ("7", "NO_MATCH", "", "3")


def test_each_candidate_is_a_row_and_a_person_is_owned_by_nobody() -> None:
    one = Screened(ASKED, ScreeningOutcome.POSSIBLE, (MATCH, MATCH), 3)
    first, second = rows(one)
    assert (first["candidate"], second["candidate"]) == ("1", "2")
    assert (first["why"], first["ownership_sum"]) == ("type 0.6: Person, not Company", "")
    assert first.keys() == set(COLUMNS)
    told = json.loads(json_line(7, one))
    assert told["matches"][0]["ownership"] == {"sum": None, "control": None}
    assert told["matches"][0]["exposure"] == {"ties": 0, "partial": False, "nearest": []}
