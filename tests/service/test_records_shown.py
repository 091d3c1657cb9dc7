"""Records for programs."""

from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType
from service.queries.records import EntityRecord
from service.records_shown import entity_json


def test_names_are_those_of_the_api() -> None:
    bank = EntityRecord(EntityId("company:bank"), EntityType.COMPANY, "Bank")
    assert entity_json(bank) == {"id": "company:bank", "name": "Bank", "type": "COMPANY"}
