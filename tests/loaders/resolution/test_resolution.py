"""From names to entities: pure, whatever was loaded before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.domain import Document, Entity, Span
from graph_schema.ids import document_id, entity_id
from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from loaders.resolution.entities import entity, fit, identify, merge
from loaders.resolution.linking import Statement, state
from loaders.triple import Mention, Triple

DOCUMENT = Document(document_id(source="test"))


def resolved(name: str, type: EntityType | None = None) -> tuple[str, str | None]:
    identified = identify(Mention(name, type))
    return identified.name, identified.type


def stated(subject: str, predicate: str, object: str, **more: Any) -> Statement:
    triple = Triple(Mention(subject), predicate, Mention(object), "", Span(0, 0), **more)
    statement = state(triple, DOCUMENT)
    assert statement is not None
    return statement


def edge(statement: Statement) -> tuple[str, str, str]:
    return statement.claim.subject, statement.claim.relation, statement.claim.object


@pytest.mark.parametrize(
    ("written", "name", "type"),
    [
        pytest.param("Intel Corp", "Intel", "Company", id="legal form"),
        pytest.param("ACM Research, Inc.", "ACM Research", "Company", id="legal form after a comma"),
        pytest.param("the United States", "United States", "Country", id="article"),
        pytest.param("us", "United States", "Country", id="a table in lower case"),
        pytest.param("Chinese", "China", "Country", id="demonym"),
        pytest.param("華為", "Huawei", "Company", id="traditional Chinese"),
        pytest.param("华为", "Huawei", "Company", id="simplified Chinese"),
        pytest.param("Huawei Technologies Co (華為)", "Huawei", "Company", id="Chinese in brackets"),
        pytest.param("“Intel’s”", "Intel", "Company", id="quotes and possessive"),
        pytest.param("Ministry of Commerce of China", "Ministry of Commerce (China)", "GovernmentBody", id="ministry"),
        pytest.param("Zorg Widgets Ltd", "Zorg Widgets", "Company", id="an unknown firm by its legal form"),
        pytest.param("Zorg Semiconductor", "Zorg Semiconductor", "Company", id="an unknown firm by its last word"),
        pytest.param("Bureau of Odd Affairs", "Bureau of Odd Affairs", "GovernmentBody", id="an office by its first"),
        pytest.param("Odd Affairs Act", "Odd Affairs Act", "Policy", id="a law by its last word"),
        pytest.param("Zorg", "Zorg", None, id="a name that tells nothing"),
    ],
)
def test_a_name_leads_to_its_entity(written: str, name: str, type: str | None) -> None:
    assert resolved(written) == (name, type)


def test_two_scripts_of_an_unknown_name_are_one_entity() -> None:
    assert resolved("佐格电子", EntityType.COMPANY) == resolved("佐格電子", EntityType.COMPANY)


def test_a_type_that_the_source_confuses_gives_way_to_the_gazetteer() -> None:
    assert resolved("Intel", EntityType.ORGANIZATION) == ("Intel", EntityType.COMPANY)
    assert resolved("Intel", EntityType.PERSON) == ("Intel", EntityType.PERSON)


@pytest.mark.parametrize(
    ("subject", "predicate", "object", "expected"),
    [
        pytest.param(
            "Beijing", "imposed tariffs on", "US",
            ("country:china", "IMPOSES_TARIFFS_ON", "country:united-states"), id="a capital that acts is its country",
        ),
        pytest.param("Zorg Inc", "is located in", "Beijing", ("company:zorg", "LOCATED_IN", "place:beijing"), id="else a place"),
        pytest.param("Intel", "is owned by", "Zorg", ("company:zorg", "OWNS", "company:intel"), id="passive"),
        pytest.param(
            "Intel", "HOLDS_ROLE_AT", "Lip-Bu Tan",
            ("person:lip-bu-tan", "HOLDS_ROLE_AT", "company:intel"), id="turned round by the signature",
        ),
        pytest.param("Intel", "frobs", "Zorg Inc", ("company:intel", "RELATED_TO", "company:zorg"), id="unknown predicate"),
        pytest.param(
            "Intel", "MEMBER_OF", "H200", ("company:intel", "RELATED_TO", "product:h200"), id="no order fits the signature",
        ),
    ],
)  # fmt: skip
def test_a_statement_leads_to_its_edge(
    subject: str, predicate: str, object: str, expected: tuple[str, str, str]
) -> None:
    relation = RelationType(predicate) if predicate.isupper() else None
    assert edge(stated(subject, predicate, object, relation=relation)) == expected


def test_what_the_vocabulary_lacks_or_does_not_admit_is_reported_with_its_words() -> None:
    unmapped, misfit = (
        stated("Intel", "frobs", "Zorg Inc"),
        stated("Intel", "joined", "H200", relation=RelationType.MEMBER_OF),
    )
    assert (unmapped.unmapped, unmapped.misfit, unmapped.claim.predicate) == ("frobs", None, "frobs")
    assert (misfit.unmapped, misfit.misfit, misfit.claim.predicate) == (None, RelationType.MEMBER_OF, "joined")


def test_a_predicate_may_say_that_something_ended() -> None:
    assert stated("ACM Research", "no longer supplies", "Intel").claim.modality is Modality.ENDED


def test_a_statement_about_one_entity_alone_is_none() -> None:
    assert state(Triple(Mention("Intel"), "owns", Mention("Intel Corp"), "", Span(0, 0)), DOCUMENT) is None


names = st.sampled_from(
    ["Zorg", "ZORG", "zorg", "Zorg Inc", "The Zorg", "Zorg (佐格)", "Intel", "英特爾", "Intel Corporation"]
)


@given(st.lists(names, min_size=1), st.randoms(use_true_random=False))
def test_what_is_known_of_an_entity_does_not_depend_on_the_order(written: list[str], random: object) -> None:
    by_id: dict[str, set[object]] = {}
    for order in (written, written[::-1]):
        merged: dict[str, Entity] = {}
        for name in order:
            known = entity(identify(Mention(name)), EntityType.COMPANY)
            merged[known.id] = merge(merged[known.id], known.entity) if known.id in merged else known.entity
        for id, result in merged.items():
            by_id.setdefault(id, set()).add(result)
    assert all(len(results) == 1 for results in by_id.values())


@given(
    st.text(min_size=1, max_size=40).filter(lambda text: any(map(str.isalnum, text))),
    st.none() | st.sampled_from(EntityType),
)
def test_no_name_breaks_resolution(name: str, type: EntityType | None) -> None:
    identified = identify(Mention(name, type))
    known = entity(identified, type or EntityType.COMPANY)
    assert known.id == entity_id(known.entity.type, known.entity.name)
    assert known.entity.name.strip()


@given(names, names, st.sampled_from(RelationType))
def test_ends_always_fit_the_signature_that_is_kept(subject: str, object: str, relation: RelationType) -> None:
    one, other = identify(Mention(subject)), identify(Mention(object))
    definition = vocabulary().relations[relation]
    fitting = fit(one, definition, other)
    if fitting is not None:
        assert vocabulary().admits(fitting.subject_type, relation, fitting.object_type)
