"""A typed client, generated from the schema: a path with its evidence, and the changes since version 0.

Generate `chokepoint_client` first; README.md says how.
"""

import asyncio
import sys

from chokepoint_client import ChokepointClient


async def main(url: str) -> None:
    async with ChokepointClient(url, ws_url=url.replace("http", "ws", 1)) as client:
        found = (await client.shortest_path(source="Intel", target="United States")).shortest_path
        for hop in found.paths[0].hops:
            for relation in hop.relations:
                sentence = relation.claims.nodes[0].sentence
                print(f"{relation.subject.name} {relation.type_.value} {relation.object_.name}: {sentence}")
        async for event in client.relation_changes(entity_ids=["Intel"], since_version=0):
            change = event.relation_changes
            print(f"then {change.relation.type_.value} of {change.relation.subject.name}: {change.kind.value}")
            break


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/graphql"))
