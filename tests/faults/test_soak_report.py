"""What a soak comes to, from answers that are made up."""

import httpx
import pytest

from tests.faults.comparing import Difference
from tests.faults.soak_clients import CONNECTION, EXPOSURE, PARTIAL, RIGHT, Answered, Answers
from tests.faults.soak_report import Memory, Soak, Strike, p99, text

AWAY = "503 GRAPH_UNAVAILABLE"
STRIKES = (Strike("loader", 60.0, 60.0), Strike("service", 120.0, 125.0), Strike("Neo4j", 180.0, 190.0))


def soak(*more: Answered, slow_until: float = 0.0, megabytes: float = 300.0, missing: int = 0) -> Soak:
    """Right answers four times a second for four minutes, but not while service and database are away."""
    steady = [
        Answered(at, 1.0 if 190 <= at < slow_until else 0.01, "paths", RIGHT)
        for at in (number / 4 for number in range(4 * 240))
        if not (120 <= at < 126 or 180 <= at < 191)
    ]
    memory = [Memory(1, at, 300 if at < 60 else megabytes) for at in range(0, 240, 5)]
    return Soak(0.0, 240.0, 16, STRIKES, [*steady, *more], (), memory, 9, 1, 5, Difference(missing, 0, 0, 0), 0)


def test_errors_of_an_outage_in_their_time_hold_every_bar() -> None:
    seen = soak(Answered(121.0, 0.1, "paths", CONNECTION), Answered(185.0, 3.0, "search", AWAY))
    assert seen.whole
    assert [seen.during(strike).total() for strike in STRIKES] == [0, 1, 1]
    assert "every bar held" in text(seen, "today")


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(Answered(100.0, 0.1, "paths", AWAY), id="outside-of-outages"),
        pytest.param(Answered(61.0, 0.1, "paths", AWAY), id="when-a-loader-dies"),
        pytest.param(Answered(185.0, 0.1, "paths", CONNECTION), id="no-connection-when-the-database-dies"),
        pytest.param(Answered(185.0, 0.1, "paths", "200 INTERNAL"), id="of-another-kind"),
        pytest.param(Answered(185.0, 0.1, "paths", "503 GRAPH_UNAVAILABLE, INTERNAL"), id="also-of-another-kind"),
        pytest.param(Answered(206.0, 0.1, "paths", AWAY), id="too-long-after"),
    ],
)
def test_an_error_that_no_outage_explains_is_told(error: Answered) -> None:
    seen = soak(error)
    assert seen.unexplained() == {error.kind: 1}
    assert not seen.whole


def test_answers_that_came_to_a_limit_are_told_and_must_be_few() -> None:
    few = soak(*[Answered(100.0, 2.0, "paths", PARTIAL)] * 8)
    assert few.whole
    assert "Partial answers, which came to their limit of time and say so: 8." in text(few, "today")
    assert not soak(*[Answered(100.0, 2.0, "paths", PARTIAL)] * 20).whole


def test_a_partial_answer_is_not_another_answer_at_its_version() -> None:
    answers = Answers()
    for status, nodes in (("BUDGET_EXHAUSTED", []), ("FOUND", [{"kind": "OWNS"}]), ("FOUND", []), ("NO_PATH", [])):
        told = {"report": {"status": status, "graphVersion": 3}, "nodes": nodes}
        answers.take(EXPOSURE, 0.0, httpx.Response(200, json={"data": {"exposure": told}}))
    kinds = [PARTIAL, RIGHT, "exposure: two answers at version 3", "exposure: NO_PATH"]
    assert [one.kind for one in answers.all] == kinds


def test_answers_are_back_once_they_are_as_quick_as_before() -> None:
    assert soak().back_after(STRIKES[2]) == pytest.approx(0.0)
    assert soak(slow_until=200.0).back_after(STRIKES[2]) == pytest.approx(10.0, abs=1.0)
    late = soak(slow_until=238.0)
    assert late.back_after(STRIKES[2]) is None
    assert not late.whole


def test_memory_that_grows_and_a_graph_that_lacks_something_are_no_whole_run() -> None:
    assert soak(megabytes=320.0).flat
    assert not soak(megabytes=500.0).whole
    assert not soak(missing=1).whole


def test_99_of_100_answers_are_no_slower() -> None:
    assert p99([]) == 0
    assert p99([*[0.1] * 99, 5.0, *[0.1] * 100]) == pytest.approx(0.1)


def test_a_later_version_that_has_fewer_paths_is_wrong() -> None:
    answers = Answers(ways={1: 1, 2: 3, 3: 2})
    answers.check()
    assert answers.wrong == ["paths: a later version has fewer"]
