"""Arguments of tools."""

import pytest
from pydantic import TypeAdapter, ValidationError

from graph_schema.vocabulary import EntityType, Modality
from service.agents.arguments import ModalityName, TypeName


@pytest.mark.parametrize("given", ["COMPANY", "company", "Company", EntityType.COMPANY])
def test_a_term_is_given_as_answers_tell_it_in_any_case(given: str) -> None:
    assert TypeAdapter(TypeName).validate_python(given) is EntityType.COMPANY


def test_the_schema_lists_the_names_that_answers_tell() -> None:
    assert TypeAdapter(ModalityName).json_schema() == {"type": "string", "enum": [one.name for one in Modality]}


def test_a_term_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="Company"):
        TypeAdapter(TypeName).validate_python("FIRM")
