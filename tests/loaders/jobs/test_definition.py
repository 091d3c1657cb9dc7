"""jobs.yaml: every mistake is named with its line and field; schedules are cron or ISO-8601 intervals."""

import datetime as dt
from pathlib import Path

import pytest

from graph_schema.errors import SettingsError
from loaders.jobs.definition import read_jobs

GOOD = """\
jobs:
  - name: lists
    source: ftm
    arguments: {paths: [lists.json]}
    schedule: "15 4 * * *"
    expect: ["200..5000 companies"]
    timeout: PT1H
  - name: chips
    source: eto
    arguments:
      folder: tables
    schedule: PT6H
    full: true
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "jobs.yaml"
    path.write_text(GOOD)
    return path


def test_jobs_are_due_by_cron_or_interval(file: Path) -> None:
    lists, chips = read_jobs(file)
    noon = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    assert lists.next_run(noon) == dt.datetime(2026, 11, 25, 4, 15, tzinfo=dt.UTC)
    assert (lists.timeout, chips.retries, chips.full) == (dt.timedelta(hours=1), 3, True)
    first = chips.next_run(noon)
    assert first is not None
    assert first > noon


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("name: lists", "name: The Lists", ":2: name: String should match", id="name"),
        pytest.param("name: chips", "name: lists", ":8: name 'lists' is given to two jobs", id="name twice"),
        pytest.param("source: eto", "source: etoo", "source 'etoo' is unknown; expected one of eto, feed", id="source"),
        pytest.param('"15 4 * * *"', '"75 4 * * *"', "schedule '75 4 * * *'", id="cron"),
        pytest.param("schedule: PT6H", "schedule: PTsix", "schedule 'PTsix'", id="interval"),
        pytest.param('"15 4 * * *"', '"0 0 30 2 *"', "schedule '0 0 30 2 *': never comes", id="a day that never is"),
        pytest.param("schedule: PT6H", "schedule: P99999999Y", "'P99999999Y' is no duration", id="beyond the calendar"),
        pytest.param("timeout: PT1H", "timeout: 90", ":7: timeout: write a duration by ISO 8601", id="no unit"),
        pytest.param("timeout: PT1H", "timeout: 1 hour", ":7: timeout: write a duration by ISO 8601", id="timeout"),
        pytest.param("200..5000 companies", "some", ":6: expect: cannot read the expectation 'some'", id="expectation"),
        pytest.param(
            "paths: [lists.json]", "path: x", ":4: arguments: paths: Field required; path: Extra", id="arguments"
        ),
        pytest.param("full: true", "fulll: true", ":13: fulll: Extra inputs", id="unknown key"),
        pytest.param("jobs:\n", "job:\n", ":1: expected one key, `jobs`", id="no jobs"),
        pytest.param("source: ftm", "source: [ftm", ":4: is not YAML", id="no YAML"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_field(file: Path, old: str, new: str, problem: str) -> None:
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(SettingsError) as caught:
        read_jobs(file)
    assert str(file) in str(caught.value)
    assert problem in str(caught.value)


def test_all_mistakes_are_named_at_once(file: Path) -> None:
    file.write_text(GOOD.replace("name: lists", "name: L").replace("full: true", "full: maybe"))
    with pytest.raises(SettingsError, match=r"(?s):2: name.*:13: full"):
        read_jobs(file)
