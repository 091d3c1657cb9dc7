"""A search for names by the index finds what the full-text index of the database finds, in the same order."""

import random
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_schema.database.graph import Graph
from graph_schema.vocabulary import EntityType, RelationType
from service.filters.walk import EntityFilter
from service.index.assemble import snapshot_of_rows
from service.index.change import EntityRow
from service.index.filters import NotIndexed
from service.index.loading import load
from service.index.records import IndexedRecords
from service.queries.entities import MOST_CANDIDATES, EntityMatch, MatchKind, entities_like
from tests.service.build import GraphBuilder, story
from tests.service.index.in_memory import change_to, snapshot

pytestmark = pytest.mark.anyio

versions = count(1)
WORDS = (
    *("Applied", "Materials", "Télécom", "Telecom", "Straße", "Strasse", "O'Reilly", "U.S.", "Steel", "Bank", "of", "China"),
    *("the", "AT&T", "3M", "m²", "x86", "a_b", "ASML", "Huawei", "华为", "華為", "技术", "技術", "有限公司", "台積電"),
    *("トヨタ", "自動車", "ﾄﾖﾀ", "삼성전자", "LG전자", "Сбербанк", "ГАЗПРОМ", "Όμιλος", "شركة", "ＡＳＭＬ"),
    *("Materiels", "Aplied", "Banks", "İstanbul"),
)  # fmt: skip
TYPES = (EntityType.COMPANY, EntityType.ORGANIZATION, EntityType.PERSON)


@st.composite
def names(draw: st.DrawFn) -> str:
    """A few words, perhaps spoilt by a typing error or cut short."""
    name = draw(st.sampled_from([" ", " ", "-", ", "])).join(
        draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
    )
    place, way = (
        draw(st.integers(0, len(name) - 1)),
        draw(st.sampled_from(["", "", "cut", "drop", "swap", "case", "accent"])),
    )
    match way:
        case "cut":
            return name[: place + 1]
        case "drop":
            return name[:place] + name[place + 1 :] or name
        case "swap":
            return name[:place] + name[place : place + 2][::-1] + name[place + 2 :]
        case "case":
            return name.swapcase()
        case "accent":
            return name.replace("é", "e").replace("ß", "ss")
        case _:
            return name


@st.composite
def cases(draw: st.DrawFn) -> tuple[GraphBuilder, list[str], EntityFilter, bool]:
    """A graph of names, what is sought in it, a filter."""
    build = GraphBuilder()
    places = [build.entity(EntityType.COUNTRY, name) for name in ("China", "United States")]
    for _ in range(draw(st.integers(5, 40))):
        type, called = draw(st.sampled_from(TYPES)), draw(st.lists(names(), min_size=1, max_size=3, unique=True))
        if not all(any(char.isalnum() for char in name) for name in called):
            continue
        id = build.entity(type, *called)
        if place := draw(st.sampled_from([None, None, *places])):
            build.relation(id, RelationType.LOCATED_IN, place)
    where = draw(
        st.sampled_from(
            [
                EntityFilter(),
                EntityFilter(types=TYPES[:1]),
                EntityFilter(countries=(places[0],), exclude_types=TYPES[2:]),
            ]
        )
    )
    known = [name for one in build.memory.entities.values() for name in (one.name, *one.aliases)]
    sought = draw(st.lists(st.one_of(names(), st.sampled_from(known)), min_size=12, max_size=12, unique=True))
    return build, sought, where, draw(st.sampled_from([True, True, False]))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cases())
async def test_the_same_is_found_in_the_same_order(
    graph: Graph, story_graph: Graph, case: tuple[GraphBuilder, list[str], EntityFilter, bool]
) -> None:
    build, sought, where, fuzzy = case
    await build.rewrite(graph, version=next(versions))
    index = IndexedRecords(await load(graph, most_megabytes=100, progress=lambda *_: None))
    found = await graph.read(entities_like, sought, where=where, fuzzy=fuzzy)
    for name in sought:
        told = found.get(name, [])
        assert index.like(name, where, fuzzy=fuzzy) == (told, len(told)), name
        assert index.like(name, where, fuzzy=fuzzy, skip=1, limit=2) == (told[1:3], len(told))


def called(found: tuple[list[EntityMatch], int]) -> list[str]:
    return [one.entity.name for one in found[0]]


def test_names_that_came_changed_or_went_are_found_as_they_are() -> None:
    build = GraphBuilder()
    acme = build.entity(EntityType.COMPANY, "Acme Steel", "Stahlwerk Acme")
    build.entity(EntityType.COMPANY, "Acme Bank")
    graph = snapshot(build)
    naming = graph.naming.changed({0: ("Apex Steel",)}, []).changed({0: ("Apex Iron",)}, [])
    assert [naming.words.having([word]) != [] for word in ("stahlwerk", "steel", "iron", "apex")] == [
        False,
        False,
        True,
        True,
    ]
    assert [len(naming.words.misspelt(word)) for word in ("irno", "stell", "bakn")] == [1, 0, 1]
    assert (len(naming.words.beginning_with("ap")), len(naming.words.beginning_with("ac"))) == (1, 1)
    assert naming.words.number_of_words(graph.rows.by_rank).tolist() == [2, 2]
    assert acme in [one.entity.id for one in IndexedRecords(graph).like("acme", EntityFilter())[0]]


def test_of_more_than_can_be_ranked_those_are_that_share_the_most_telling_words() -> None:
    build = GraphBuilder()
    for number in range(MOST_CANDIDATES + 100):
        build.entity(EntityType.COMPANY, f"Company {number}")
    build.entity(EntityType.COMPANY, "Company of Companies")
    wanted = build.entity(EntityType.ORGANIZATION, "Company 299 Holding and Trading")
    place = build.entity(EntityType.COUNTRY, "China")
    build.relation(wanted, RelationType.LOCATED_IN, place)
    index = IndexedRecords(snapshot(build))
    found, total = index.like("Company 299", EntityFilter())
    assert total == len(found) == MOST_CANDIDATES
    assert found[0].entity.name == "Company 299"
    assert [one.kind for one in found[:2]] == [MatchKind.NAME, MatchKind.FUZZY]
    assert wanted in {one.entity.id for one in found}
    assert "Company of Companies" not in called((found, total))
    assert called(index.like("Company", EntityFilter(countries=(place,)))) == ["Company 299 Holding and Trading"]


def test_a_graph_told_in_parts_finds_what_the_whole_finds() -> None:
    build, chance = GraphBuilder(), random.Random(3)
    for _ in range(60):
        build.entity(chance.choice(TYPES), *(" ".join(chance.sample(WORDS, 2)) for _ in range(2)))
    whole = snapshot(build)
    change = change_to(build)
    early = snapshot_of_rows(change_to(GraphBuilder(build.memory)))
    rows = [EntityRow(one.id, one.type, one.name, one.aliases) for one in change.entities]
    numbers = {early.ids.number_of(row.id): (row.name, *row.aliases) for row in rows[::2]}
    naming = early.naming.changed({number: names for number, names in numbers.items() if number is not None}, [])
    for word in WORDS:
        for name in (word.lower(), word[:-1].lower()):
            assert {*naming.words.misspelt(name).tolist()} == {*whole.naming.words.misspelt(name).tolist()}, name
            assert {*naming.words.beginning_with(name).tolist()} == {*whole.naming.words.beginning_with(name).tolist()}


def test_a_script_that_needs_a_dictionary_is_left_to_the_database() -> None:
    build = story()
    build.project()
    with pytest.raises(NotIndexed):
        IndexedRecords(snapshot(build)).like("บริษัท", EntityFilter())
