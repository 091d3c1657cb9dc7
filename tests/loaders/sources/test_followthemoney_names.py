"""Names by id, as relations mention their ends."""

from contextlib import closing
from pathlib import Path

import orjson

from graph_schema.vocabulary import EntityType
from loaders.sources.followthemoney_names import NameIndex
from loaders.triple import NamedEntity


def test_an_entity_is_mentioned_by_its_first_name_with_the_others_as_aliases(tmp_path: Path) -> None:
    rows = [
        {
            "id": "a",
            "schema": "Company",
            "caption": "Zorg",
            "properties": {"name": ["Zorg Ltd", "Zorg"], "alias": ["佐格"]},
        },
        {"id": "b", "schema": "Company", "properties": {}},
        {"id": "c", "schema": "Sanction", "properties": {"name": ["no node"]}},
    ]
    (tmp_path / "e.json").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    with closing(NameIndex()) as index:
        index.read(str(tmp_path / "e.json"))
        index.tell_apart()
        assert index.mention("a") == NamedEntity("Zorg", EntityType.COMPANY, ("Zorg Ltd", "佐格"))
        assert [index.mention(id) for id in ("b", "c", "unknown")] == [None, None, None]
