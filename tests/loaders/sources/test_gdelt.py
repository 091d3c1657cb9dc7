"""GDELT: events between countries by CAMEO code, each article a document; everything else is counted, not guessed."""

from pathlib import Path

import pytest

from graph_schema.errors import MalformedRecord, SourceError
from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from loaders.sources.gdelt import Gdelt, _cameo, event_code
from loaders.sources.records import SourceRecord

DATA = Path(__file__).parents[2] / "data" / "gdelt"
EVENTS, MENTIONS = str(DATA / "events.export.CSV"), str(DATA / "mentions.CSV")


def records(*mentions: str) -> list[SourceRecord]:
    return [record for record in Gdelt([EVENTS], mentions).records() if isinstance(record, SourceRecord)]


def test_code_163_is_sanctions() -> None:
    (triple,) = records()[0].triples
    assert (triple.subject.name, triple.relation, triple.object.name) == ("United States", "SANCTIONS", "China")
    assert (str(triple.date), triple.confidence, triple.modality) == ("2026-07-01", 0.5, Modality.ASSERTED)
    assert (records()[0].document.publisher, str(records()[0].document.published)) == ("news.example", "2026-07-01")


def test_a_threat_of_sanctions_is_two_statements() -> None:
    assert [(t.relation, t.modality) for t in records()[2].triples] == [
        (RelationType.THREATENS, Modality.ASSERTED),
        (RelationType.SANCTIONS, Modality.THREATENED),
    ]


def test_sanctions_that_are_eased_have_ended() -> None:
    assert [(t.relation, t.modality) for t in records()[5].triples] == [(RelationType.SANCTIONS, Modality.ENDED)]


def test_what_states_no_tie_says_why() -> None:
    assert [record.passed_over for record in records()] == [
        None,
        "actor_is_nobody_in_particular",
        None,
        "event_states_no_tie",
        "within_one_country",
        None,
    ]


def test_a_mention_states_its_event_as_surely_as_it_says() -> None:
    first, absent, cited = records(MENTIONS)[6:]
    assert [(t.relation, t.object.name, t.confidence) for t in first.triples] == [("SANCTIONS", "China", 0.9)]
    assert first.document.publisher == "other.example"
    assert (absent.passed_over, cited.passed_over) == ("event_absent_or_without_a_tie", "mention_is_no_web_page")


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        (0, "x", "GLOBALEVENTID"),
        (1, "20261301", "SQLDATE"),
        (26, "AB", "EventCode"),
        (29, "7", "QuadClass"),
        (59, "", "DATEADDED"),
    ],
)
def test_a_bad_field_is_named(tmp_path: Path, column: int, value: str, field: str) -> None:
    cells = Path(EVENTS).read_text().splitlines()[0].split("\t")
    cells[column] = value
    path = tmp_path / "events.CSV"
    path.write_text(Path(EVENTS).read_text() + "\t".join(cells) + "\n" + "\t".join(cells[:9]) + "\n")
    wrong, short = (record for record in Gdelt([str(path)]).records() if isinstance(record, MalformedRecord))
    assert (wrong.line, wrong.field) == (7, field)
    assert str(short) == "events.CSV:8: has 9 columns, expected 61"


def test_a_knowledge_graph_file_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.gkg.csv"
    path.write_text("\t" * 26 + "\n")
    with pytest.raises(SourceError, match="Knowledge Graph"):
        list(Gdelt([str(path)]).records())


@pytest.mark.parametrize(
    ("code", "found"), [("1634", "163"), ("0356", "03"), ("011", None), ("1724", None), ("173", "173")]
)
def test_the_longest_known_prefix_of_a_code_wins(code: str, found: str | None) -> None:
    assert event_code(code) == found


def test_every_mapped_relation_admits_countries() -> None:
    country = EntityType.COUNTRY
    for event in _cameo()["events"].values():
        for stated in event["states"]:
            assert vocabulary().admits(country, RelationType(stated["relation"]), country), stated
            Modality(stated["modality"])
