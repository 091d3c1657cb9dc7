"""Former states are read as they were written."""

import datetime as dt

import pytest

from graph_schema.former import (
    FormerClaim,
    FormerDocument,
    FormerEntity,
    FormerFold,
    FormerState,
    FormerWeights,
    read,
    written,
)
from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId
from graph_schema.shares import ShareBasis
from graph_schema.vocabulary import EntityType, Modality, RelationType

ENDS = (EntityId("company:a"), RelationType.OWNS, EntityId("company:b"))
DAY = dt.date(2025, 1, 2)


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(
            FormerClaim(
                *(ClaimId("claim:1"), 3, RelationId("rel:1"), *ENDS, Modality.ALLEGED, 0.0, DocumentId("doc:1")),
                *(RunId("run:1"), 0.0, ((0.0, 0.5), ShareBasis.WORDS), DAY, DAY, None),
            ),
            id="a claim with all",
        ),
        pytest.param(
            FormerClaim(
                *(ClaimId("claim:1"), 0, None, *ENDS, Modality.ASSERTED, 0.9, DocumentId("doc:1")),
                told=(None, ShareBasis.RELATION),
            ),
            id="a claim with little",
        ),
        pytest.param(FormerEntity(EntityId("company:a"), EntityType.COMPANY, "武普斯", ("Wumpus",), 4), id="gone"),
        pytest.param(FormerEntity(EntityId("company:a"), EntityType.COMPANY, "A", since=0), id="gone, always there"),
        pytest.param(FormerDocument(DocumentId("doc:1"), "Wire", DAY), id="a document"),
        pytest.param(FormerDocument(DocumentId("doc:1"), ""), id="of a publisher without a name"),
        pytest.param(FormerFold(EntityId("company:a"), EntityId("company:b")), id="folded"),
        pytest.param(FormerFold(EntityId("company:a")), id="by itself"),
        pytest.param(FormerWeights(reliabilities={"Wire": 0.5}), id="weights"),
        pytest.param(FormerWeights(reliabilities={}), id="no weights"),
    ],
)
def test_a_state_is_read_as_it_was_written(state: FormerState) -> None:
    assert read(written(state)) == state
