"""A path whose names would be markup, for the tests of what is drawn and written of it."""

from graph_schema.ids import EntityId, relation_id
from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.queries.records import EntityRecord, RelationRecord
from service.searches.hops import Hop, Path

EVIL = EntityRecord(EntityId("company:evil"), EntityType.COMPANY, "<script>alert(1)</script> & Sons of a Long Name")
GOOD = EntityRecord(EntityId("company:good"), EntityType.COMPANY, "Good")
OWNS = RelationRecord(
    id=relation_id(EVIL.id, RelationType.OWNS, GOOD.id),
    subject=EVIL.id,
    type=RelationType.OWNS,
    object=GOOD.id,
    status=Modality.ALLEGED,
    confidence=0.5,
    claims=1,
    sources=1,
)
PATH = Path((Hop(0, GOOD, EVIL, (OWNS,)),), 1.0)
