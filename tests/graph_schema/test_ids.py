"""What is the same gets the same id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.ids import content_id, document_id, entity_id, relation_id, slug
from graph_schema.vocabulary import EntityType, RelationType

NAMES = st.text(min_size=1)


@pytest.mark.parametrize(
    ("type", "name", "expected"),
    [
        pytest.param(EntityType.COMPANY, "ACM Research", "company:acm-research", id="words"),
        pytest.param(
            EntityType.GOVERNMENT_BODY,
            "Ministry of Finance (Taiwan)",
            "government-body:ministry-of-finance-taiwan",
            id="brackets",
        ),
        pytest.param(EntityType.COMPANY, "華為", "company:華為", id="chinese"),
        pytest.param(EntityType.COMPANY, "Nestlé", "company:nestle", id="accent"),
        pytest.param(EntityType.COMPANY, "McDonald’s", "company:mcdonalds", id="apostrophe"),
        pytest.param(EntityType.COMPANY, "AT&T", "company:at-and-t", id="ampersand"),
        pytest.param(EntityType.BLOC, "OPEC+", "bloc:opec-plus", id="plus"),
    ],
)
def test_an_entity_id_reads_as_its_type_and_name(type: EntityType, name: str, expected: str) -> None:
    assert entity_id(type, name) == expected


@given(NAMES)
def test_a_slug_is_never_empty_and_of_itself_is_itself(name: str) -> None:
    assert slug(name)
    assert slug(slug(name)) == slug(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ガス", "カス", id="voiced kana"),
        pytest.param("ပန်း", "ပန", id="burmese"),
        pytest.param("कील", "कला", id="hindi vowels"),
        pytest.param("Чайка", "Чаика", id="cyrillic"),
        pytest.param("C#", "C", id="a sharp"),
        pytest.param("C++", "C", id="pluses"),
    ],
)
def test_names_that_differ_are_two(one: str, other: str) -> None:
    assert slug(one) != slug(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Mar\u200bl", "Marl", id="zero-width space"),
        pytest.param("Mar\u00adl", "Marl", id="soft hyphen"),
        pytest.param("شمـــس", "شمس", id="tatweel"),
        pytest.param("شَمْس", "شمس", id="arabic vowels"),
        pytest.param("Marl\u00a0Works", "Marl Works", id="no-break space"),
        pytest.param("A.O. Smith", "A O Smith", id="points"),
        pytest.param("Ｍａｒｌ", "Marl", id="wide letters"),
    ],
)
def test_names_that_look_the_same_are_one(one: str, other: str) -> None:
    assert slug(one) == slug(other)


def test_parts_that_join_to_the_same_text_have_different_ids() -> None:
    assert content_id("a.b", "c") != content_id("a", "b.c")
    assert content_id("a", None) != content_id("a", "None")


@given(NAMES, NAMES)
def test_both_orders_of_a_symmetric_relation_are_one_edge(a: str, b: str) -> None:
    one, other = entity_id(EntityType.COUNTRY, a), entity_id(EntityType.COUNTRY, b)
    assert relation_id(one, RelationType.MEETS, other) == relation_id(other, RelationType.MEETS, one)
    assert (relation_id(one, RelationType.SANCTIONS, other) == relation_id(other, RelationType.SANCTIONS, one)) == (
        one == other
    )


def test_a_document_is_known_by_its_address_before_its_text() -> None:
    assert document_id(url="https://example.org/a", text="one") == document_id(url="https://example.org/a", text="two")
    assert document_id(text="one") != document_id(text="two")
    assert document_id(text="one") != document_id(source="one")


def test_a_document_without_any_identity_is_refused() -> None:
    with pytest.raises(ValueError, match="a url, a text or a source"):
        document_id()
