"""What is noted outside of a request goes nowhere; inside it is kept."""

from graph_schema.correlation import Work, working_for
from service.observability.observation import Observation, note_engine, note_error, note_refused, observation


def test_outside_of_a_request_nothing_is_noted() -> None:
    note_engine("index")
    note_refused()
    assert note_error("GRAPH_BUSY") is None
    with working_for(Work("a job")):
        assert observation() is None


def test_inside_it_is_kept_and_errors_learn_the_id() -> None:
    with working_for(Observation("r1")):
        note_engine("index")
        assert note_error("GRAPH_BUSY") == "r1"
        seen = observation()
    assert seen is not None
    assert (seen.engines, seen.codes, seen.asked) == ({"index"}, ["GRAPH_BUSY"], True)
