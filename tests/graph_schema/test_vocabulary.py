"""The vocabulary in code is the vocabulary in the YAML."""

from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest
import yaml

from graph_schema.vocabulary import LIVE_MODALITIES, EntityType, Modality, RelationType, parse_vocabulary, vocabulary


@pytest.fixture
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("graph_schema").joinpath("ontology.yaml").read_text("utf-8"))
    return loaded


def test_every_term_of_the_yaml_is_in_code_and_the_other_way_round(document: dict[str, Any]) -> None:
    assert set(document["relations"]) | {document["fallback"]} == set(RelationType)
    assert set(document["entity_types"]) == set(EntityType)
    assert set(document["claim"]["modality"]) == set(Modality)


def test_a_relation_that_only_the_yaml_knows_is_refused(document: dict[str, Any]) -> None:
    changed = deepcopy(document)
    changed["relations"]["ADMIRES"] = changed["relations"]["SUPPORTS"]
    with pytest.raises(ValueError, match="ADMIRES"):
        parse_vocabulary(changed)


@pytest.mark.parametrize(
    ("subject", "relation", "object", "admitted"),
    [
        pytest.param(EntityType.COMPANY, RelationType.TESTED, EntityType.COMPANY, True, id="signature"),
        pytest.param(EntityType.COMPANY, RelationType.SANCTIONS, EntityType.COUNTRY, False, id="wrong subject"),
        pytest.param(EntityType.COUNTRY, RelationType.MEETS, EntityType.PERSON, True, id="symmetric"),
        pytest.param(EntityType.EVENT, RelationType.RELATED_TO, EntityType.MATERIAL, True, id="fallback ties anything"),
    ],
)
def test_signatures_say_which_types_a_relation_may_tie(
    subject: EntityType, relation: RelationType, object: EntityType, admitted: bool
) -> None:
    assert vocabulary().admits(subject, relation, object) is admitted


def test_live_modalities_are_all_but_denied_and_ended() -> None:
    assert set(LIVE_MODALITIES) == set(Modality) - {Modality.DENIED, Modality.ENDED}
    assert LIVE_MODALITIES[0] is Modality.ASSERTED
