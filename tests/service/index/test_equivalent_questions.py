"""Two ways to say one thing have one answer: conditions said otherwise, lists in another order, everybody renamed.

That an entity tied to nobody changes nothing, and that swapped ends give the paths turned round, `test_engines_agree` holds.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, RelationType
from service.paths.search import PathQuestion, PathWeight, SearchOutcome
from tests.service.build import GraphBuilder
from tests.service.index.in_memory import ask_paths, snapshot, walk
from tests.service.index.test_engines_agree import cases, every
from tests.service.path_reference import Case

WEIGHTS = st.sampled_from(PathWeight)


def answer(build: GraphBuilder, asked: Mapping[str, Any], weight: PathWeight) -> SearchOutcome:
    question = PathQuestion(
        frozenset(asked["sources"]), frozenset(asked["targets"]), k=asked["k"], weight=weight, walk=walk(asked)
    )
    return ask_paths(snapshot(build), question, asked["depth"])


def others(names: list[str], all: type[RelationType | EntityType]) -> list[str]:
    return [one.name for one in all if one.name not in names]


def said_otherwise(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The same conditions: types as all others left out, what is avoided partly as what no path passes, lists turned round."""
    via, through, ends = dict(asked["via"]), dict(asked["through"]), {*asked["sources"], *asked["targets"]}
    for rule, all in ((via, RelationType), (through, EntityType)):
        if "types" in rule:
            rule["excludeTypes"] = [*rule.get("excludeTypes", []), *others(rule.pop("types"), all)]
    split = [one for one in asked["avoid"] if one not in ends][:1]
    if split:
        through["excludeIds"] = [*through.get("excludeIds", []), *split]
    turned = {
        name: value[::-1] if isinstance(value, list) else value for name, value in asked.items() if name != "avoid"
    }
    avoid = [one for one in asked["avoid"] if one not in split]
    return {**turned, "avoid": avoid, "via": via, "through": through}


@every
@given(cases(), WEIGHTS)
def test_conditions_that_say_the_same_have_the_same_answer(case: Case, weight: PathWeight) -> None:
    before, after = (answer(case.build, asked, weight) for asked in (case.variables, said_otherwise(case.variables)))
    assert (before.status, before.paths, before.hubs) == (after.status, after.paths, after.hubs)


def renamed(build: GraphBuilder) -> tuple[GraphBuilder, dict[str, EntityId]]:
    """The same graph, hubs and all, under other names, which sort as the old ones do; with the new id of each old one."""
    other = GraphBuilder(documents=dict(build.documents))
    to: dict[str, EntityId] = {
        id: other.entity(one.type, one.name.replace("Node", "Other")) for id, one in build.memory.entities.items()
    }
    other.claims = [
        (replace(claim, subject=to[claim.subject], object=to[claim.object]), run) for claim, run in build.claims
    ]
    other.project()
    return other, to


def translated(value: Any, to: Mapping[str, EntityId]) -> Any:
    """A value in which each id is the new one."""
    if isinstance(value, dict):
        return {name: translated(one, to) for name, one in value.items()}
    if isinstance(value, list):
        return [translated(one, to) for one in value]
    return to.get(value, value) if isinstance(value, str) else value


@every
@given(cases(), WEIGHTS)
def test_names_change_no_answer(case: Case, weight: PathWeight) -> None:
    other, to = renamed(case.build)
    before, after = answer(case.build, case.variables, weight), answer(other, translated(case.variables, to), weight)
    assert after.status is before.status
    assert [path.entities for path in after.paths] == [tuple(to[id] for id in path.entities) for path in before.paths]
    assert [path.cost for path in after.paths] == [path.cost for path in before.paths]
    assert after.hubs == {to[id] for id in before.hubs}
