"""Refused records of every source, mended by hand, state what they would have stated in the first place."""

import json
from pathlib import Path

import pytest

from graph_schema.errors import SettingsError, SourceError
from loaders.loading.dead_letter import DeadLetterFile
from loaders.loading.inputs import Input, Taken, TextInput, make_input
from loaders.loading.pipeline import check
from loaders.loading.retrying import retried
from loaders.settings import LoadSettings
from loaders.sources.feed import FeedReader

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize(
    ("source", "file", "good", "bad"),
    [
        pytest.param("triples", "a.csv", "Intel,makes,Xeon", "Intel,,Xeon", id="table of triples"),
        pytest.param(
            "triples",
            "b.jsonl",
            '{"subject": "Intel", "predicate": "makes", "object": "Xeon"}',
            '{"subject": "Intel", "predicate": "", "object": "Xeon"}',
            id="lines of triples",
        ),
        pytest.param("news", "c.jsonl", '{"text": "Intel makes Xeon."}', '{"text": ""}', id="news"),
        pytest.param(
            "ftm",
            "d.ftm.json",
            '{"id": "a", "schema": "Company", "properties": {"name": ["Zorg"], "country": ["us"]}}',
            '{"id": "a", "properties": {"name": ["Zorg"], "country": ["us"]}}',
            id="FollowTheMoney",
        ),
    ],
)
def test_a_mended_record_states_what_it_would_have_stated(
    source: str, file: str, good: str, bad: str, tmp_path: Path
) -> None:
    header = "subject,predicate,object\n" if file.endswith(".csv") else ""
    path = tmp_path / file
    path.write_text(f"{header}{good}\n")
    (wanted,) = taken(make_input(source, {"paths": [str(path)]}, LoadSettings()))
    path.write_text(f"{header}{bad}\n")
    assert mended(make_input(source, {"paths": [str(path)]}, LoadSettings()), bad, good, tmp_path, []) == [wanted]


def test_a_mended_row_of_eto_finds_what_it_refers_to(tmp_path: Path) -> None:
    folder = tmp_path / "eto"
    folder.mkdir()
    for table in (DATA / "eto").glob("*.csv"):
        (folder / table.name).write_bytes(table.read_bytes())
    good, bad = "Example Beams,P3,Beam tools,N1,61%,", "Example Beams,P3,Beam tools,N1,most,"
    provision = folder / "provision.csv"
    wanted = taken(make_input("eto", {"folder": str(folder)}, LoadSettings()))
    provision.write_text(provision.read_text().replace(good, bad))
    broken = make_input("eto", {"folder": str(folder)}, LoadSettings())
    with pytest.raises(SettingsError, match="--base"):
        mended(broken, bad, good, tmp_path, [])
    (again,) = mended(broken, bad, good, tmp_path, [str(folder)])
    assert again in wanted
    assert again.statements[0].claim.share == 0.61


def test_a_mended_row_of_gdelt_is_an_event_or_a_mention_of_one(tmp_path: Path) -> None:
    export, mentions = DATA / "gdelt" / "events.export.CSV", DATA / "gdelt" / "mentions.CSV"
    wanted = taken(make_input("gdelt", {"exports": [str(export)], "mentions": [str(mentions)]}, LoadSettings()))
    event, mention = export.read_text().splitlines()[0], mentions.read_text().splitlines()[0]
    bad_event, bad_mention = (line.replace("\t2026", "\tsome", 2) for line in (event, mention))
    (tmp_path / "e.CSV").write_text(bad_event + "\n")
    (tmp_path / "m.CSV").write_text(bad_mention + "\n")
    files = {"exports": [str(tmp_path / "e.CSV")], "mentions": [str(tmp_path / "m.CSV")]}
    broken = make_input("gdelt", files, LoadSettings())
    (again,) = mended(broken, bad_event, event, tmp_path, [])
    assert again in wanted
    with pytest.raises(SettingsError, match="--base"):
        mended(broken, bad_mention, mention, tmp_path, [])
    (again,) = mended(broken, bad_mention, mention, tmp_path, [str(export)])
    assert again in wanted


def test_a_page_that_did_not_answer_is_fetched_again(tmp_path: Path) -> None:
    letters = DeadLetterFile(tmp_path / "refused.jsonl")
    broken = make_input(
        "feed", {"urls": ["http://127.0.0.1:1/"], "allow_private": True}, LoadSettings(feed_state=tmp_path / "s.json")
    )
    problem = {"source": "http://127.0.0.1:1/", "line": 1, "field": None, "reason": "no answer", "header": None}
    letters.path.write_text(
        json.dumps({"kind": "feed", "input": broken.source, **problem, "raw": "http://127.0.0.1:1/"}) + "\n"
    )
    with retried(str(letters.path), base=[], settings=LoadSettings()) as inputs:
        (again,) = inputs
        assert isinstance(again, TextInput)
        assert isinstance(again.texts, FeedReader)
        assert list(again.texts.urls) == ["http://127.0.0.1:1/"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param("{}", "r.jsonl:1: is no dead letter: kind", id="fields"),
        pytest.param("x", "r.jsonl:1: is not JSON", id="JSON"),
        pytest.param('{"kind": "x", "input": "a", "source": "a", "raw": "b"}', "of the source 'x'", id="source"),
        pytest.param('{"kind": "news", "input": "a", "source": "a", "raw": ""}', "was not kept", id="raw"),
    ],
)
def test_what_is_no_dead_letter_is_told_by_its_line(line: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(line + "\n")
    with (
        pytest.raises(SourceError, match=problem),
        retried(str(tmp_path / "r.jsonl"), base=[], settings=LoadSettings()),
    ):
        pass


def taken(input: Input) -> list[Taken]:
    return [record for record in input.records() if isinstance(record, Taken)]


def refused(input: Input, folder: Path) -> Path:
    letters = DeadLetterFile(folder / "refused.jsonl")
    letters.path.unlink(missing_ok=True)  # of an earlier try
    letters.write(input.kind, input.source, check(input)[2])
    return letters.path


def mended(input: Input, bad: str, good: str, folder: Path, base: list[str]) -> list[Taken]:
    """What the refused records of an input state, once `bad` was made `good`."""
    letters = refused(input, folder)
    rows = [json.loads(letter) for letter in letters.read_text().splitlines()]
    mended_rows = [{**row, "raw": good} for row in rows if row["raw"] == bad]
    assert mended_rows
    letters.write_text("".join(json.dumps(row) + "\n" for row in mended_rows))
    with retried(str(letters), base=base, settings=LoadSettings()) as inputs:
        return [one for each in inputs for one in taken(each)]
