"""Plain REST over one Cypher query per question: what somebody would write in an afternoon. Served by uvicorn."""

import os
from typing import Any

import neo4j
import orjson
from fastapi import FastAPI, Response

PATH, SEARCH, NEIGHBORS = (os.environ[f"PEER_{name}"] for name in ("PATH", "SEARCH", "NEIGHBORS"))
ENTITY = "MATCH (e:Entity {id: $id}) RETURN e {.id, .name, .type, .aliases} AS entity"

app = FastAPI(openapi_url=None)
driver = neo4j.AsyncGraphDatabase.driver(
    os.environ["PEER_URI"], auth=(os.environ["PEER_USER"], os.environ["PEER_PASSWORD"])
)


async def answer(query: str, column: str, **parameters: Any) -> Response:
    """The column of all records as JSON."""

    async def work(tx: neo4j.AsyncManagedTransaction) -> list[Any]:
        return [record[column] async for record in await tx.run(query, parameters)]

    async with driver.session() as session:
        rows = await session.execute_read(work)
    return Response(orjson.dumps(rows), media_type="application/json")


@app.get("/path")
async def path(source: str, target: str) -> Response:
    """The shortest path, hop by hop."""
    return await answer(PATH, "step", **{"from": source, "to": target})


@app.get("/entity")
async def entity(id: str) -> Response:
    """One entity."""
    return await answer(ENTITY, "entity", id=id)


@app.get("/search")
async def search(q: str) -> Response:
    """Entities by name."""
    return await answer(SEARCH, "found", q=q)


@app.get("/neighbors")
async def neighbors(id: str) -> Response:
    """What an entity is tied to."""
    return await answer(NEIGHBORS, "near", id=id)
