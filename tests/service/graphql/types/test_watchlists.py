"""Watch lists as clients of the API write them."""

import pytest
from strawberry import ID

from graph_schema.errors import QuestionError
from service.graphql.types.watchlists import WatchListInput
from service.watchlists.definition import Watched


def test_what_is_not_given_is_as_in_a_file() -> None:
    watch = WatchListInput(name="intel", entities=[ID("Intel")]).to_domain()
    assert (watch.watched, watch.lists, watch.channels) == (tuple(Watched), (), ())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (WatchListInput(name="Not This", entities=[ID("Intel")]), "name: String should match pattern"),
        (
            WatchListInput(name="many", entities=[ID(str(n)) for n in range(21)]),
            "entities: Tuple should have at most 20 items",
        ),
        (
            WatchListInput(name="intel", entities=[ID("Intel")], webhook="https://hooks.example"),
            "list: webhook and secret go together",
        ),
    ],
)
def test_a_mistake_is_one_line(given: WatchListInput, told: str) -> None:
    with pytest.raises(QuestionError) as refused:
        given.to_domain()
    assert str(refused.value).startswith(told)
