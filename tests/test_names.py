"""One name, one class: a public class shares its name with its GraphQL face at most."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
FACES = "service/graphql"
"""Where the GraphQL faces of things of the domain stand, under the same names."""


def test_no_class_name_stands_twice_but_for_its_graphql_face() -> None:
    places: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
    for package in ("graph_schema", "loaders", "service"):
        for file in sorted((ROOT / package).rglob("*.py")):
            place = file.relative_to(ROOT).as_posix()
            for node in ast.parse(file.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name, place.startswith(FACES)].append(place)
    assert {name: found for (name, _), found in places.items() if len(found) > 1} == {}, "say what each is"
