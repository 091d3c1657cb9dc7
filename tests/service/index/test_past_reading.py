"""Former states put together: of each thing the earliest of the later ones tells how it was."""

from graph_schema.former import FormerEntity, FormerWeights, written
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType
from service.index.past_reading import Former

FAB = EntityId("company:fab")


def former(*states: FormerEntity | FormerWeights) -> Former:
    put_together = Former()
    for state in states:
        put_together.take(written(state))
    return put_together


def fab(name: str, since: int | None = None) -> FormerEntity:
    return FormerEntity(FAB, EntityType.COMPANY, name, since=since)


def test_an_entity_was_called_as_its_earliest_state_says_and_had_come_when_its_first_end_tells() -> None:
    told = former(fab("Fab"), fab("Fabs", since=3), fab("Fab & Co", since=8))
    assert (told.entities[FAB].name, told.since[FAB]) == ("Fab", 3)


def test_weights_were_those_that_were_replaced_first_none_at_all_too() -> None:
    assert former().weights is None
    assert former(FormerWeights(reliabilities={}), FormerWeights(reliabilities={"Wire": 0.5})).weights == {}
