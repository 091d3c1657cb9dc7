"""The API beside its peers under load: plain REST over Cypher, `@neo4j/graphql` on Apollo and on Yoga, Neo4j's own Query API.

    python -m benchmarks.graphql [--entities 100000] [--relations 1000000] [--clients 16] [--seconds 5] [--rounds 3]
                                 [--home FOLDER] [--json FILE] [--peers rest,apollo,yoga,query-api] [--at-least R]

Builds a synthetic graph with two hubs (10 % and 8 % of all ends) in an embedded Neo4j, or takes the one that an earlier run
left in `--home`. All services run at once on this machine and are asked in turn, round after round, so that a busy machine
slows all alike; figures are medians of the rounds. The peers need node and npm, and are left out, saying so, without them.
The question is the same for all: the shortest path of at most five hops of a confidence from 0.5, hubs as any other entity.
Claims are written for the relations that the questions meet, so that evidence is read as in a graph with a claim for each.
"""

import argparse
import asyncio
import base64
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, LiteralString

import httpx
import neo4j

from benchmarks.http_load import Load, get, load, post
from benchmarks.service_paths import TYPES, build
from benchmarks.serving import Database, chokepoint, database, free_port, served

HERE = Path(__file__).parent / "peers"
HUB_SHARE = (0.10, 0.08)
QUESTIONS = 400
OURS = "chokepoint"
PATH = f"""
MATCH (a:Entity {{id: $from}}), (b:Entity {{id: $to}})
MATCH path = ANY SHORTEST (a)-[r:{"|".join(TYPES)} WHERE r.status = 'asserted' AND r.confidence >= 0.5]-{{1,5}}(b)
UNWIND range(0, length(path) - 1) AS i
WITH nodes(path)[i] AS s, nodes(path)[i + 1] AS t, relationships(path)[i] AS r
RETURN {{from: s {{.id, .name}}, to: t {{.id, .name}}, id: r.id, type: type(r), status: r.status,
  confidence: r.confidence}} AS step
"""
SEARCH = """
CALL db.index.fulltext.queryNodes('entity_names', $q) YIELD node, score
RETURN {id: node.id, name: node.name, type: node.type, score: score} AS found LIMIT 10
"""
NEIGHBORS = """
MATCH (:Entity {id: $id})-[r]-(n:Entity)
RETURN {relation: type(r), confidence: r.confidence, id: n.id, name: n.name, type: n.type} AS near
ORDER BY near.confidence DESC, near.id LIMIT 20
"""
ENTITY = "MATCH (e:Entity {id: $id}) RETURN e {.id, .name, .type, .aliases} AS entity"
CLAIMS: LiteralString = """
UNWIND $rows AS row
MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b})
MERGE (d:Document {id: row.document})
ON CREATE SET d.title = row.title, d.publisher = 'Chip Wire', d.published = date('2026-01-02')
MERGE (c:Claim {id: row.claim})
ON CREATE SET c.edge = row.id, c.sentence = row.sentence, c.start = 0, c.end = 30, c.modality = 'asserted', c.confidence = 0.8,
  c.relation = row.type, c.predicate = 'said', c.extractor = 'benchmark', c.run = 'run:benchmark'
MERGE (c)-[:SUBJECT]->(a) MERGE (c)-[:OBJECT]->(b) MERGE (c)-[:STATED_IN]->(d)
"""
OUR_PATH = """query ($a: ID!, $b: ID!) { shortestPath(from: $a, to: $b, via: {minConfidence: 0.5}, hubs: {mode: NONE}) {
  paths { hops { from { id name } to { id name } relations { id type status confidence } } } } }"""
OUR_EVIDENCE = """query ($a: ID!, $b: ID!) { shortestPath(from: $a, to: $b, via: {minConfidence: 0.5}, hubs: {mode: NONE}) {
  paths { hops { from { id name } to { id name } relations { id type status confidence
    claims(first: 3) { nodes { sentence document { title publisher published } } } } } } } }"""
OUR_ENTITY = "query ($id: ID!) { entity(id: $id) { id name type aliases } }"
OUR_SEARCH = "query ($q: String!) { searchEntities(q: $q, first: 10) { nodes { similarity entity { id name type } } } }"
OUR_NEIGHBORS = """query ($id: ID!) { neighbors(id: $id, first: 20) {
  nodes { relations { type confidence } entity { id name type } } } }"""
PEER_PATH = """query ($a: ID!, $b: ID!) { shortestPath(from: $a, to: $b) {
  from { id name } to { id name } id type status confidence } }"""
PEER_ENTITY = "query ($id: ID!) { entities(where: {id: {eq: $id}}) { id name type aliases } }"
PEER_SEARCH = "query ($q: String!) { search(q: $q) { id name type score } }"
PEER_NEIGHBORS = "query ($id: ID!) { neighbors(id: $id) { relation confidence id name type } }"


Pairs = Sequence[tuple[str, str]]


def questions_of(
    ours: str, peers: Mapping[str, str], graph: Database, pairs: Pairs
) -> dict[str, dict[str, list[bytes]]]:
    """Requests by operation and service."""
    ids = [a for a, _ in pairs]

    def graphql(address: str, path: str, query: str, variables: Sequence[Mapping[str, str]]) -> list[bytes]:
        return [post(address, path, {"query": query, "variables": one}) for one in variables]

    def rest(path: str, queries: Sequence[Mapping[str, str]]) -> list[bytes]:
        return [get(peers["rest"], f"{path}?{httpx.QueryParams(one)}") for one in queries]

    def query_api(statement: str, parameters: Sequence[Mapping[str, str]]) -> list[bytes]:
        return [post_query(graph, statement, one) for one in parameters]

    ends = [{"a": a, "b": b} for a, b in pairs]
    by_id = [{"id": id} for id in ids]
    names = [{"q": f"Company {id.partition(':')[2]}"} for id in ids]
    asked: dict[str, dict[str, list[bytes]]] = {
        "shortestPath": {OURS: graphql(ours, "/graphql", OUR_PATH, ends)},
        "shortestPath with evidence": {OURS: graphql(ours, "/graphql", OUR_EVIDENCE, ends)},
        "entity": {OURS: graphql(ours, "/graphql", OUR_ENTITY, by_id)},
        "searchEntities": {OURS: graphql(ours, "/graphql", OUR_SEARCH, names)},
        "neighbors": {OURS: graphql(ours, "/graphql", OUR_NEIGHBORS, by_id)},
    }
    for name in ("apollo", "yoga"):
        if name in peers:
            at = "/" if name == "apollo" else "/graphql"
            asked["shortestPath"][name] = graphql(peers[name], at, PEER_PATH, ends)
            asked["entity"][name] = graphql(peers[name], at, PEER_ENTITY, by_id)
            asked["searchEntities"][name] = graphql(peers[name], at, PEER_SEARCH, names)
            asked["neighbors"][name] = graphql(peers[name], at, PEER_NEIGHBORS, by_id)
    if "rest" in peers:
        asked["shortestPath"]["rest"] = rest("/path", [{"source": a, "target": b} for a, b in pairs])
        asked["entity"]["rest"] = rest("/entity", by_id)
        asked["searchEntities"]["rest"] = rest("/search", names)
        asked["neighbors"]["rest"] = rest("/neighbors", by_id)
    if "query-api" in peers:
        asked["shortestPath"]["query-api"] = query_api(PATH, [{"from": a, "to": b} for a, b in pairs])
        asked["entity"]["query-api"] = query_api(ENTITY, by_id)
    return asked


def post_query(graph: Database, statement: str, parameters: Mapping[str, str]) -> bytes:
    """A request to Neo4j's Query API."""
    token = base64.b64encode(f"{graph.user}:{graph.password}".encode()).decode()
    plain = post(graph.http, "/db/neo4j/query/v2", {"statement": statement, "parameters": parameters})
    return plain.replace(b"\r\n", f"\r\nauthorization: Basic {token}\r\n".encode(), 1)


def start_peers(wanted: Sequence[str], graph: Database, stack: ExitStack) -> dict[str, str]:
    """Addresses of the peers that can run here."""
    environment = {
        **os.environ,
        "PEER_URI": graph.uri,
        "PEER_USER": graph.user,
        "PEER_PASSWORD": graph.password,
        "PEER_PATH": PATH,
        "PEER_SEARCH": SEARCH,
        "PEER_NEIGHBORS": NEIGHBORS,
    }
    peers: dict[str, str] = {}
    if "rest" in wanted:
        port = free_port()
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "benchmarks.peers.rest:app",
            "--port",
            str(port),
            "--log-level",
            "warning",
        ]
        address = f"http://127.0.0.1:{port}"
        peers["rest"] = stack.enter_context(served(command, environment, address, "/entity?id=none"))
    if "query-api" in wanted:
        peers["query-api"] = graph.http
    for name in ("apollo", "yoga"):
        if name not in wanted:
            continue
        if shutil.which("npm") is None:
            print(f"{name} is left out: npm is not installed", file=sys.stderr)
            continue
        if not (HERE / "node_modules").exists():
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=HERE, check=True)
        port = free_port()
        command = ["node", str(HERE / "server.mjs"), name, str(port)]
        ready = "/graphql?query={__typename}" if name == "yoga" else "/?query={__typename}"
        address = f"http://127.0.0.1:{port}"
        peers[name] = stack.enter_context(served(command, environment, address, ready))
    return peers


def write_claims(session: neo4j.Session, address: str, pairs: Pairs) -> None:
    """A claim with its document for each relation that the questions meet."""
    rows: dict[str, dict[str, str]] = {}
    query = OUR_PATH.replace("relations { id", "relations { subject { id } object { id } id")
    with httpx.Client(timeout=60) as http:
        for a, b in pairs:
            answer = http.post(f"{address}/graphql", json={"query": query, "variables": {"a": a, "b": b}}).json()
            assert "errors" not in answer, answer
            for path in answer["data"]["shortestPath"]["paths"]:
                for hop in path["hops"]:
                    for one in hop["relations"]:
                        rows[one["id"]] = {
                            "id": one["id"],
                            "type": one["type"],
                            "a": one["subject"]["id"],
                            "b": one["object"]["id"],
                            "claim": f"claim:{one['id']}",
                            "document": f"doc:{len(rows) % 500}",
                            "title": f"Bulletin {len(rows) % 500}",
                            "sentence": f"{a} deals with {b}, it is said.",
                        }
    session.run(CLAIMS, rows=list(rows.values())).consume()


async def measure(
    asked: Mapping[str, Mapping[str, Sequence[bytes]]], addresses: Mapping[str, str], options: argparse.Namespace
) -> dict[str, dict[str, dict[str, float]]]:
    """Median figures by operation and service."""
    rounds: dict[str, dict[str, list[Load]]] = {name: {one: [] for one in ways} for name, ways in asked.items()}
    for name, ways in asked.items():
        for service, requests in ways.items():
            await load(addresses[service], requests, clients=options.clients, seconds=2)
        for _ in range(options.rounds):
            for service, requests in ways.items():
                borne = await load(addresses[service], requests, clients=options.clients, seconds=options.seconds)
                rounds[name][service].append(borne)
                print(f"{name:28} {service:12} {borne}", file=sys.stderr)
    return {
        name: {service: _median(loads) for service, loads in ways.items() if loads} for name, ways in rounds.items()
    }


def _median(loads: Sequence[Load]) -> dict[str, float]:
    rows = [asdict(one) for one in loads]
    return {key: round(statistics.median(row[key] for row in rows), 2) for key in rows[0]}


def main() -> None:
    """Build or take the graph, serve, ask, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--relations", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--home", type=Path, help="folder of the database, kept for the next run")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--peers", default="rest,apollo,yoga,query-api")
    parser.add_argument("--operations", help="only these, separated by commas")
    parser.add_argument("--at-least", type=float, help="exit 1 when shortestPath bears less than this many times REST")
    options = parser.parse_args()
    with ExitStack() as stack:
        graph, session = stack.enter_context(database(options.home))
        built = None if options.home is None else options.home / "built"
        if built is None or not built.exists():
            build(session, options.entities, options.relations, hub_share=HUB_SHARE)
            session.run("CALL db.awaitIndexes(600)").consume()
            if built is not None:
                built.write_text("")
        chance = random.Random(11)
        names = [f"company:{chance.randrange(2, options.entities)}" for _ in range(2 * QUESTIONS)]
        pairs = list(zip(names[:QUESTIONS], names[QUESTIONS:], strict=True))
        ours = stack.enter_context(chokepoint(graph))
        write_claims(session, ours, pairs)
        peers = start_peers(options.peers.split(","), graph, stack)
        asked = questions_of(ours, peers, graph, pairs)
        if options.operations:
            asked = {name: ways for name, ways in asked.items() if name in options.operations.split(",")}
        figures = asyncio.run(measure(asked, {OURS: ours, **peers}, options))
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", "utf-8")
    path: Mapping[str, Any] = figures.get("shortestPath", {})
    if options.at_least and path[OURS]["requests_per_s"] < options.at_least * path["rest"]["requests_per_s"]:
        sys.exit(f"shortestPath bears less than {options.at_least} times what plain REST bears")


if __name__ == "__main__":
    main()
