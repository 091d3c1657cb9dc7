"""The former states of one change-set: of each thing how it was at the version before, of what is new nothing."""

from graph_schema.domain import Entity
from graph_schema.former import FormerClaim, FormerEntity, FormerFold, read
from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from loaders.writing.past import Past

FAB, WORKS = EntityId("company:fab"), EntityId("company:works")


def entity(name: str) -> Entity:
    return Entity(EntityType.COMPANY, name)


def claim(since: int, confidence: float = 0.9) -> FormerClaim:
    ends = FAB, RelationType.SUPPLIES, WORKS
    return FormerClaim(
        *(ClaimId("claim:1"), since, RelationId("rel:1"), *ends, Modality.ASSERTED, confidence, DocumentId("doc:1"))
    )


def test_the_first_state_of_a_thing_counts() -> None:
    past = Past(5)
    past.claims([claim(3), claim(3, confidence=0.4)])
    past.entity(FAB, entity("Fab"))
    past.entity(FAB, entity("Fabs"))
    past.fold(FAB, WORKS)
    past.fold(FAB, None)
    assert [read(text) for text in past.states] == [
        claim(3),
        FormerEntity(FAB, EntityType.COMPANY, "Fab"),
        FormerFold(FAB, WORKS),
    ]


def test_what_the_change_set_itself_brought_has_no_former_state() -> None:
    past = Past(5)
    past.claims([claim(5)])
    past.entity(FAB, None)
    past.entity(FAB, entity("Fabs"))
    past.lost_entity(FAB, entity("Fabs"), 5)
    assert past.states == []


def test_an_entity_that_goes_tells_its_first_names_and_when_it_had_come() -> None:
    past = Past(5)
    past.entity(FAB, entity("Fab"))
    past.lost_entity(FAB, entity("Fabs"), 2)
    past.lost_entity(WORKS, entity("Works"), 0)
    assert [read(text) for text in past.states] == [
        FormerEntity(FAB, EntityType.COMPANY, "Fab", since=2),
        FormerEntity(WORKS, EntityType.COMPANY, "Works", since=0),
    ]
