"""What one claim tells of the size of a holding."""

import pytest

from graph_schema.shares import MORE_THAN_HALF, ShareBasis, told_share
from graph_schema.vocabulary import RelationType


@pytest.mark.parametrize(
    ("relation", "share", "predicate", "told"),
    [
        pytest.param(RelationType.OWNS, 0.3, "wholly owns", ((0.3, 0.3), ShareBasis.STATED), id="a number goes first"),
        pytest.param(
            RelationType.OWNS, None, "holds over 30 % of", ((0.3, 1.0), ShareBasis.STATED), id="number in words"
        ),
        pytest.param(RelationType.OWNS, None, "controls", ((MORE_THAN_HALF, 1.0), ShareBasis.WORDS), id="words"),
        pytest.param(
            RelationType.ACQUIRES, None, "bought", ((MORE_THAN_HALF, 1.0), ShareBasis.RELATION), id="the relation"
        ),
        pytest.param(RelationType.OWNS, None, "owns", (None, ShareBasis.RELATION), id="nothing"),
    ],
)
def test_a_share_is_told_by_number_words_or_relation(
    relation: RelationType, share: float | None, predicate: str, told: object
) -> None:
    assert told_share(relation, share, predicate) == told
