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
from loaders.triple import NamedEntity, Triple

DOCUMENT = Document(document_id(source="test"))


def resolved(name: str, type: EntityType | None = None) -> tuple[str, str | None]:
    identified = identify(NamedEntity(name, type))
    return identified.name, identified.type


def stated(subject: str, predicate: str, object: str, **more: Any) -> Statement:
    triple = Triple(NamedEntity(subject), predicate, NamedEntity(object), "", Span(0, 0), **more)
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
        pytest.param("Korea, Republic of", "South Korea", "Country", id="as lists sort it"),
        pytest.param("Iran (Islamic Republic of)", "Iran", "Country", id="as the United Nations write it"),
        pytest.param("AT&amp;T", "AT&T", "Company", id="spelled out by HTML"),
        pytest.param("Marlin Bank****", "Marlin Bank", "Company", id="footnote"),
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
            ("company:intel", "RELATED_TO", "person:lip-bu-tan"), id="never turned round",
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


@pytest.mark.parametrize(
    ("subject", "predicate", "object", "expected"),
    [
        pytest.param(
            "Marl Bakery", "produces", "guinea", ("company:marl-bakery", "PRODUCES", "product:guinea"), id="a word, no country"
        ),
        pytest.param(
            "Chad", "works for", "Marl Bakery", ("person:chad", "HOLDS_ROLE_AT", "company:marl-bakery"), id="a first name"
        ),
        pytest.param(
            "Marl Bakery", "is led by", "Dell", ("person:dell", "HOLDS_ROLE_AT", "company:marl-bakery"), id="a surname"
        ),
        pytest.param(
            "TSMC", "works for", "Marl Bakery", ("company:tsmc", "RELATED_TO", "company:marl-bakery"), id="no surname"
        ),
        pytest.param(
            "South Korea", "works for", "Marl Bakery",
            ("country:south-korea", "RELATED_TO", "company:marl-bakery"), id="a country of two words",
        ),
        pytest.param(
            "Brint Memory", "acquired", "Solveig Nickel",
            ("company:brint-memory", "ACQUIRES", "company:solveig-nickel"), id="firms named like goods",
        ),
        pytest.param("Brint", "uses", "memory chips", ("company:brint", "USES", "product:memory-chips"), id="goods"),
        pytest.param("Marl", "is based in", "Georgia", ("company:marl", "LOCATED_IN", "country:georgia"), id="the country"),
        pytest.param(
            "Atlanta", "is located in", "Georgia", ("place:atlanta", "LOCATED_IN", "place:georgia"), id="the state by its city"
        ),
        pytest.param(
            "Marl", "is based in", "Moscow, Idaho",
            ("company:marl", "LOCATED_IN", "place:moscow-idaho"), id="a namesake of a capital",
        ),
        pytest.param(
            "UN", "sanctioned", "Marl Bakery",
            ("organization:united-nations", "SANCTIONS", "company:marl-bakery"), id="an organisation that lists",
        ),
    ],
)  # fmt: skip
def test_who_is_meant_is_what_fits_the_relation(
    subject: str, predicate: str, object: str, expected: tuple[str, str, str]
) -> None:
    assert edge(stated(subject, predicate, object)) == expected


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        pytest.param("Institute of Bridge Makers (IBM)", (), id="an acronym in brackets"),
        pytest.param("Tomsk Samovars", ("TSMC",), id="an abbreviation"),
        pytest.param("Amur Fruit Trading", ("Apple",), id="an alias"),
        pytest.param("Amur Fruit Trading (蘋果)", (), id="a Chinese alias in brackets"),
    ],
)
def test_a_record_with_a_full_name_never_becomes_another_by_a_weak_one(name: str, aliases: tuple[str, ...]) -> None:
    found = identify(NamedEntity(name, EntityType.COMPANY, aliases))
    assert found.name in name
    assert found.aliases == ()


def test_a_full_name_that_is_cut_short_is_known_by_its_acronym() -> None:
    assert resolved("Taiwan Semiconductor Mfg Co (TSMC)") == ("TSMC", EntityType.COMPANY)


@pytest.mark.parametrize(
    "type", [EntityType.GOVERNMENT_BODY, EntityType.ORGANIZATION, EntityType.COUNTRY, EntityType.BLOC]
)
def test_a_bloc_is_one_entity_whatever_type_a_source_gives(type: EntityType) -> None:
    assert resolved("EU", type) == ("European Union", EntityType.BLOC)
    assert resolved("UN Security Council", type) == ("UN Security Council", EntityType.BLOC)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        pytest.param("ООО «Вектор»", "Вектор", id="russian, before"),
        pytest.param("PT Merapi Logam Tbk", "Merapi Logam", id="indonesian"),
        pytest.param("Marl S.A.R.L.", "Marl", id="french"),
        pytest.param("Marl d.o.o.", "Marl", id="slovene"),
        pytest.param("Marl spol. s r.o.", "Marl", id="czech"),
        pytest.param("Marl Kft.", "Marl", id="hungarian"),
        pytest.param("Marl A/S", "Marl", id="danish"),
        pytest.param("Marl Sp. z o.o.", "Marl", id="polish"),
        pytest.param("Marl S.A. de C.V.", "Marl", id="mexican"),
        pytest.param("株式会社タナカ", "タナカ", id="japanese, before"),
        pytest.param("㈱タナカ", "タナカ", id="japanese, in one character"),
        pytest.param("한별전자 주식회사", "한별전자", id="korean"),
        pytest.param("บริษัท มะลิ จำกัด", "มะลิ", id="thai"),
        pytest.param("Công ty TNHH Sen", "Sen", id="vietnamese"),
    ],
)
def test_a_legal_form_is_no_part_of_a_name(written: str, name: str) -> None:
    assert resolved(written) == (name, EntityType.COMPANY)


@pytest.mark.parametrize("name", ["A O Smith", "AB InBev", "BYD EV", "SAS", "Marl Holdings"])
def test_initials_and_words_that_look_like_a_legal_form_stay(name: str) -> None:
    assert identify(NamedEntity(name, EntityType.COMPANY)).name == name


def test_japanese_names_are_not_written_in_chinese_characters() -> None:
    assert identify(NamedEntity("国際電気", EntityType.COMPANY)).name == "国際電気"
    assert identify(NamedEntity("トヨタ自動車工場", EntityType.FACILITY)).name == "トヨタ自動車工場"


def test_what_the_vocabulary_lacks_or_does_not_admit_is_reported_with_its_words() -> None:
    unmapped, misfit = (
        stated("Intel", "frobs", "Zorg Inc"),
        stated("Intel", "joined", "H200", relation=RelationType.MEMBER_OF),
    )
    assert (unmapped.unmapped, unmapped.misfit, unmapped.claim.predicate) == ("frobs", None, "frobs")
    assert (misfit.unmapped, misfit.misfit, misfit.claim.predicate) == (None, RelationType.MEMBER_OF, "joined")


def test_a_predicate_may_say_that_something_ended() -> None:
    assert stated("ACM Research", "no longer supplies", "Intel").claim.modality is Modality.ENDED


@pytest.mark.parametrize(("predicate", "turned"), [("tested tools from", False), ("was acquired by", True)])
def test_the_ends_keep_their_mentions_also_where_the_words_turn_them_round(predicate: str, turned: bool) -> None:
    ends = NamedEntity("Zorg Inc"), NamedEntity("Veld Ltd")
    triple = Triple(
        ends[0], predicate, ends[1], "", Span(0, 0), subject_mention=Span(0, 4), object_mention=Span(20, 24)
    )
    statement = state(triple, DOCUMENT)
    assert statement is not None
    assert (statement.claim.subject == "company:zorg") is not turned
    places = [statement.claim.subject_mention, statement.claim.object_mention]
    assert places == ([Span(20, 24), Span(0, 4)] if turned else [Span(0, 4), Span(20, 24)])


def test_a_statement_about_one_entity_alone_is_none() -> None:
    assert state(Triple(NamedEntity("Intel"), "owns", NamedEntity("Intel Corp"), "", Span(0, 0)), DOCUMENT) is None


names = st.sampled_from(
    ["Zorg", "ZORG", "zorg", "Zorg Inc", "The Zorg", "Zorg (佐格)", "Intel", "英特爾", "Intel Corporation"]
)


@given(st.lists(names, min_size=1), st.randoms(use_true_random=False))
def test_what_is_known_of_an_entity_does_not_depend_on_the_order(written: list[str], random: object) -> None:
    by_id: dict[str, set[object]] = {}
    for order in (written, written[::-1]):
        merged: dict[str, Entity] = {}
        for name in order:
            known = entity(identify(NamedEntity(name)), EntityType.COMPANY)
            merged[known.id] = merge(merged[known.id], known.entity) if known.id in merged else known.entity
        for id, result in merged.items():
            by_id.setdefault(id, set()).add(result)
    assert all(len(results) == 1 for results in by_id.values())


@given(
    st.text(min_size=1, max_size=40).filter(lambda text: any(map(str.isalnum, text))),
    st.none() | st.sampled_from(EntityType),
)
def test_no_name_breaks_resolution(name: str, type: EntityType | None) -> None:
    identified = identify(NamedEntity(name, type))
    known = entity(identified, type or EntityType.COMPANY)
    assert known.id == entity_id(known.entity.type, known.entity.name)
    assert known.entity.name.strip()


@given(names, names, st.sampled_from(RelationType))
def test_ends_always_fit_the_signature_that_is_kept(subject: str, object: str, relation: RelationType) -> None:
    one, other = identify(NamedEntity(subject)), identify(NamedEntity(object))
    definition = vocabulary().relations[relation]
    fitting = fit(one, definition, other)
    if fitting is not None:
        assert vocabulary().admits(fitting.subject_type, relation, fitting.object_type)
