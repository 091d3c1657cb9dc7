"""The chip supply chain: shares with their year, corrections from data, catch-alls left out, true line numbers."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from graph_schema.errors import MalformedRecord, SourceError, SourceUnavailable
from loaders.sources.eto import SupplyChain
from loaders.sources.records import SourceRecord

DATA = Path(__file__).parents[2] / "data" / "eto"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "eto"))


def stated(folder: Path = DATA) -> set[tuple[str, str, str, float | None]]:
    records = list(SupplyChain(str(folder)).records())
    assert all(isinstance(record, SourceRecord) for record in records)
    return {
        (t.subject.name, str(t.relation), t.object.name, t.share)
        for record in records
        if isinstance(record, SourceRecord)
        for t in record.triples
    }


def test_the_tables_become_statements() -> None:
    assert stated() == {
        ("Example Beams", "LOCATED_IN", "Netherlands", None),
        ("Example Beams", "PRODUCES", "Beam tools", 0.61),
        ("Malaysia", "PRODUCES", "Polished wafers", None),
        ("Exposure", "RELATED_TO", "chip fabrication", None),
        ("Beam tools", "RELATED_TO", "Exposure", None),
        ("Finished modules", "USES", "Polished wafers", None),
    }


def test_a_share_is_of_the_year_that_its_table_says() -> None:
    triples = [t for r in SupplyChain(str(DATA)).records() if isinstance(r, SourceRecord) for t in r.triples]
    assert [(t.date, t.sentence) for t in triples if t.share is not None] == [
        (dt.date(2020, 1, 1), "Example Beams provides Beam tools with a market share of 61% (2020).")
    ]


@pytest.mark.parametrize(
    ("table", "row", "field"),
    [
        pytest.param("provision.csv", "X,P9,Beam tools,N1,,\n", "provider_id", id="unknown provider"),
        pytest.param("provision.csv", "X,P3,Beam tools,N1,a lot,\n", "share_provided", id="no percentage"),
        pytest.param("provision.csv", "X,P3,Beam tools,N1,161%,\n", "share_provided", id="more than all"),
        pytest.param("provision.csv", "X,P3,Beam tools\n", None, id="too few columns"),
        pytest.param("providers.csv", "New,P7,organization,QQQ\n", "country", id="no country"),
        pytest.param("providers.csv", "New,P7,club,NLD\n", "provider_type", id="unknown type"),
        pytest.param("providers.csv", "New,P3,organization,NLD\n", "provider_id", id="defined twice"),
        pytest.param("sequence.csv", "X,N1,,,,\n", "goes_into_id", id="goes nowhere"),
        pytest.param("sequence.csv", "X,P2,,N3,,\n", "input_id", id="nobody in particular"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_field(folder: Path, table: str, row: str, field: str | None) -> None:
    path = folder / table
    line = path.read_text().count("\n") + 1
    path.write_text(path.read_text() + row)
    (refused,) = (r for r in SupplyChain(str(folder)).records() if isinstance(r, MalformedRecord))
    assert (refused.source, refused.line, refused.field) == (table, line, field)


def test_rows_after_a_description_of_several_lines_keep_their_line_numbers() -> None:
    lines = [
        r.line for r in SupplyChain(str(DATA)).records() if isinstance(r, SourceRecord) and r.source == "inputs.csv"
    ]
    assert lines == [2, 4, 5, 6]


def test_an_incomplete_folder_and_a_table_of_other_columns_are_refused_whole(folder: Path) -> None:
    (folder / "stages.csv").write_text("id,name\n1,x\n")
    with pytest.raises(SourceError, match="header lacks stage_id, stage_name"):
        list(SupplyChain(str(folder)).records())
    (folder / "stages.csv").unlink()
    with pytest.raises(SourceUnavailable, match=r"no stages\.csv"):
        list(SupplyChain(str(folder)).records())
