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
        ({"name": "Not This"}, "name: String should match pattern"),
        ({"entities": [ID(str(n)) for n in range(21)]}, "entities: Tuple should have at most 20 items"),
        ({"webhook": "https://hooks.example"}, "list: webhook and secret go together"),
    ],
)
def test_a_mistake_is_one_line(given: dict[str, object], told: str) -> None:
    whole = {"name": "intel", "entities": [ID("Intel")], **given}
    with pytest.raises(QuestionError) as refused:
        WatchListInput(**whole).to_domain()  # type: ignore[arg-type]
    assert str(refused.value).startswith(told)
