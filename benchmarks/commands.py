"""Speed of the commands that go through much of the graph, `chokepoint export` and `chokepoint screen`, beside the bare driver.

    python -m benchmarks.commands [--claims 200000] [--names 2000] [--json] [--at-least-read 0.7] [--at-least-names 20]

The graph is loaded by the product into an embedded Neo4j of its own. Each command is a process of its own and is timed as a
whole, its start included. `of_bare`: rows (names) a second over those of the bare driver in the same run. The bare driver reads
the same rows and throws them away; of a name it asks who bears it and for the shortest way to a party that a country lists.
With `--at-least-…` the exit code is 1 where a format reads less than that part, or fewer names a second are screened.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import LiteralString

import neo4j

from benchmarks.load import write_table
from benchmarks.serving import Database, database

FORMATS = ("jsonl", "csv", "parquet", "graphml", "gexf")
LISTED_SHARE = 0.002
BARE_NAMES = 100
ENTITIES: LiteralString = """
MATCH (e:Entity) RETURN e.id, e.name, e.type, e.aliases, e.country, e.identifiers
"""
RELATIONS: LiteralString = """
MATCH (a:Entity)-[r WHERE r.id > '']->(b:Entity)
RETURN r.id, type(r), a.id, b.id, r.status, r.confidence, r.claims, r.sources, r.first_seen, r.last_seen
"""
CLAIMS: LiteralString = """
MATCH (a:Entity)<-[:SUBJECT]-(c:Claim)-[:OBJECT]->(b:Entity), (c)-[:STATED_IN]->(d:Document)
RETURN c.id, a.id, b.id, d.id, c.edge, c.sentence, c.modality, c.confidence, c.date, c.extractor
"""
DOCUMENTS: LiteralString = "MATCH (d:Document) RETURN d.id, d.url, d.title, d.publisher, d.published"
TIED: LiteralString = """
MATCH (e:Entity {name: $name})
OPTIONAL MATCH path = ANY SHORTEST (e)-[:SUPPLIES|PARTNERS_WITH|OWNS|LICENSES_TO|ACQUIRES|EXPORTS_TO|TESTED]-{0,3}(x:Entity)
  <-[:SANCTIONS]-(:Entity)
RETURN e.id, [n IN nodes(path) | n.id] LIMIT 1
"""


def load(graph: Database, folder: Path, claims: int, firms: int) -> None:
    """A graph of so many claims, in which a country lists some of the firms."""
    table = folder / "claims.csv"
    write_table(table, claims, firms, seed=1)
    with table.open("a", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        for number in range(0, firms, round(1 / LISTED_SHARE)):
            said = f"Tavrin sanctioned Firm {number}."
            place = (f"https://example.org/list/{number}", "Gazette", "2025-06-01")
            rows.writerow(("Tavrin", "Country", "SANCTIONS", f"Firm {number}", "Company", said, *place))
    command(graph, "load", "triples", str(table))


def names(path: Path, count: int, firms: int) -> list[str]:
    """A list to screen: half of it names as they are, a quarter in another spelling, a quarter of nobody."""
    chance = random.Random(3)
    asked = []
    for number in range(count):
        name = f"Firm {chance.randrange(firms)}"
        asked.append((name, name, f"{name.upper()} Ltd.", f"Nobody {number} Holdings")[number % 4])
    path.write_text("name\n" + "".join(f"{name}\n" for name in asked), "utf-8")
    return asked


def command(graph: Database, *words: str) -> float:
    """Seconds that the command took. Raises CalledProcessError."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "chokepoint", *words], env=graph.environment, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start


def read_bare(session: neo4j.Session, *queries: LiteralString) -> tuple[int, float]:
    """Rows and seconds."""
    start = time.perf_counter()
    rows = sum(1 for query in queries for _ in session.run(query))
    return rows, time.perf_counter() - start


def exports(graph: Database, session: neo4j.Session, folder: Path) -> dict[str, float]:
    """Rows a second of each format over the bare driver's, with evidence and without."""
    found = {}
    for evidence, queries in ((False, (ENTITIES, RELATIONS)), (True, (ENTITIES, RELATIONS, CLAIMS, DOCUMENTS))):
        read_bare(session, *queries)
        for format in FORMATS:
            _, bare = read_bare(session, *queries)
            target = folder / f"{format}-{evidence}"
            ours = command(graph, "export", format, str(target), *(["--evidence"] if evidence else []))
            found[f"{format}{' with evidence' if evidence else ''}"] = round(bare / ours, 2)
    return found


def screening(graph: Database, session: neo4j.Session, folder: Path, count: int, firms: int) -> dict[str, float]:
    """Names a second, of a long list and of the 200 at its beginning."""
    long, short = folder / "long.csv", folder / "short.csv"
    asked = names(long, count, firms)
    short.write_text("name\n" + "".join(f"{name}\n" for name in asked[:200]), "utf-8")
    start = time.perf_counter()
    for name in asked[:BARE_NAMES]:
        session.run(TIED, name=name).consume()
    bare = BARE_NAMES / (time.perf_counter() - start)
    per_second = {
        what: len_ / command(graph, "screen", str(file), "-o", str(folder / f"{what}.jsonl"))
        for what, file, len_ in (("names_per_second", long, count), ("of_200_names", short, 200))
    }
    found = {what: round(value, 1) for what, value in per_second.items()}
    return found | {"bare_names_per_second": round(bare, 1), "of_bare": round(per_second["names_per_second"] / bare, 2)}


def main() -> int:
    """Print the figures; returns the exit code."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--claims", type=int, default=200_000)
    options.add_argument("--names", type=int, default=2_000)
    options.add_argument("--json", action="store_true")
    options.add_argument("--at-least-read", type=float, default=0.0)
    options.add_argument("--at-least-names", type=float, default=0.0)
    asked = options.parse_args()
    firms = max(1_000, asked.claims // 5)
    with tempfile.TemporaryDirectory(prefix="chokepoint-bench-") as name, database() as (graph, session):
        folder = Path(name)
        load(graph, folder, asked.claims, firms)
        export = exports(graph, session, folder)
        screen = screening(graph, session, folder, asked.names, firms)
    if asked.json:
        print(json.dumps({"export_of_bare": export, "screen": screen}))
    else:
        print(f"{asked.claims:,} claims of {firms:,} firms\nexport, rows a second over the bare driver's:")
        print("".join(f"  {format:26} {ratio:.2f}\n" for format, ratio in export.items()) + "screen:")
        print("".join(f"  {what:26} {value}\n" for what, value in screen.items()), end="")
    held = min(export.values()) >= asked.at_least_read and screen["of_200_names"] >= asked.at_least_names
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
