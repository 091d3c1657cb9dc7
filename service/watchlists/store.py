"""Watch lists, their notices and what is to be delivered, in the graph's database; nothing of it is part of the graph.

What a watch list has seen and the notices of how that differs are written in one transaction, and only from the state that the
differences were found against: so each difference is one notice, whoever else looks, and wherever a process dies.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native, one, rows
from service.watchlists.definition import Channel, WatchList
from service.watchlists.news import Difference, NewsKind, Seen, Sighting


@dataclass(frozen=True, slots=True)
class StoredWatch:
    """A watch list with what it has seen."""

    watch: WatchList
    version: int | None
    """Version of the graph that it has seen; None: it has not looked yet."""
    seen: Seen
    observed: dt.datetime | None
    """When it last saw a new version."""
    error: str | None
    """Why it could not look."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One piece of news of a watch list."""

    id: str
    watch: str
    """Name of the watch list."""
    number: int
    """Its place among the notices of the list, from 1."""
    version: int
    """Version of the graph in which it was seen."""
    kind: NewsKind
    about: str
    """Id of the entity that is watched, or that the question is about."""
    text: str
    details: dict[str, Any]
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice on one way out."""

    id: str
    channel: Channel
    attempts: int
    notice: Notice
    watch: WatchList


PUT: LiteralString = """
MERGE (w:WatchList {id: $name})
SET w.version = CASE WHEN w.subject = $subject THEN w.version END, w.seen = CASE WHEN w.subject = $subject THEN w.seen END,
  w.subject = $subject, w.definition = $definition, w.error = null
"""


async def put_watch(tx: AsyncManagedTransaction, watch: WatchList) -> None:
    """Store a watch list, in place of one of its name. What it watches anew is no news."""
    found = await tx.run(PUT, name=watch.name, subject=watch.subject, definition=watch.model_dump_json())
    await found.consume()


REMOVE: LiteralString = """
MATCH (w:WatchList {id: $name})
OPTIONAL MATCH (n:Notice {watch: $name}) WHERE n.number > 0
OPTIONAL MATCH (d:Delivery)-[:OF]->(n)
DETACH DELETE d, n, w
RETURN count(DISTINCT w) AS removed
"""


async def remove_watch(tx: AsyncManagedTransaction, name: str) -> bool:
    """Remove a watch list with all its notices; whether there was one."""
    record = await (await tx.run(REMOVE, name=name)).single()
    return record is not None and record["removed"] > 0


WATCHES: LiteralString = """
MATCH (w:WatchList) WHERE $names IS NULL OR w.id IN $names
WITH w ORDER BY w.id
RETURN collect(w {.*}) AS rows
"""


async def watches(tx: AsyncManagedTransaction, names: Sequence[str] | None = None) -> list[StoredWatch]:
    """Watch lists by name; all, where none are named."""
    return [_watch(row) for row in await rows(tx, WATCHES, names=None if names is None else list(names))]


BEHIND: LiteralString = """
OPTIONAL MATCH (state:GraphState {id: 'graph'})
WITH coalesce(state.version, 0) AS version
MATCH (w:WatchList) WHERE w.version IS NULL OR w.version <> version
WITH w ORDER BY w.id
RETURN collect(w {.*}) AS rows
"""


async def watches_behind(tx: AsyncManagedTransaction) -> list[StoredWatch]:
    """Watch lists that have not seen the version of the graph that there is."""
    return [_watch(row) for row in await rows(tx, BEHIND)]


# The property is read after the node is locked: two who look at once write one after the other.
ADVANCE: LiteralString = """
MATCH (w:WatchList {id: $name}) SET w.looking = true
WITH w WHERE w.subject = $subject AND (w.version = $before OR w.version IS NULL AND $before IS NULL)
SET w.version = $version, w.seen = $seen, w.error = null, w.observed = datetime()
WITH w, coalesce(w.notices, 0) AS told
SET w.notices = told + size($news)
WITH told UNWIND range(0, size($news) - 1) AS place
WITH told + place + 1 AS number, $news[place] AS one
CREATE (n:Notice {id: one.id, watch: $name, number: number, version: $version, kind: one.kind, about: one.about, text: one.text,
  details: one.details, at: datetime()})
FOREACH (channel IN $channels |
  CREATE (:Delivery {id: one.id + ':' + channel, channel: channel, status: 'due', attempts: 0, next: datetime()})-[:OF]->(n))
"""


async def advance(tx: AsyncManagedTransaction, stored: StoredWatch, now: Sighting, news: Sequence[Difference]) -> None:
    """Store what was seen and what is news, unless somebody else was faster."""
    watch = stored.watch
    result = await tx.run(
        ADVANCE,
        name=watch.name,
        subject=watch.subject,
        before=stored.version,
        version=now.version,
        seen=json.dumps(now.seen, ensure_ascii=False),
        channels=list(watch.channels),
        news=[
            {
                "id": one.id,
                "kind": one.kind,
                "about": one.about,
                "text": one.text,
                "details": json.dumps(dict(one.details)),
            }
            for one in news
        ],
    )
    await result.consume()


FAILED_TO_LOOK: LiteralString = "MATCH (w:WatchList {id: $name}) SET w.error = $error"


async def failed_to_look(tx: AsyncManagedTransaction, name: str, error: str) -> None:
    """Store why a watch list could not look."""
    await (await tx.run(FAILED_TO_LOOK, name=name, error=error)).consume()


NOTICES: LiteralString = """
MATCH (n:Notice {watch: $name}) WHERE n.number > $after
WITH n ORDER BY n.number LIMIT $limit
RETURN collect(n {.*}) AS rows
"""
NEWEST_NOTICES: LiteralString = """
MATCH (n:Notice {watch: $name}) WHERE n.number > 0
WITH n ORDER BY n.number DESC SKIP $skip LIMIT $limit
RETURN collect(n {.*}) AS rows
"""


async def notices_after(tx: AsyncManagedTransaction, name: str, number: int, *, limit: int) -> list[Notice]:
    """Notices of a watch list after one, in their order."""
    return [_notice(row) for row in await rows(tx, NOTICES, name=name, after=number, limit=limit)]


async def newest_notices(tx: AsyncManagedTransaction, name: str, *, skip: int = 0, limit: int) -> list[Notice]:
    """Notices of a watch list, the newest first."""
    return [_notice(row) for row in await rows(tx, NEWEST_NOTICES, name=name, skip=skip, limit=limit)]


DUE: LiteralString = "RETURN EXISTS { MATCH (d:Delivery {status: 'due'}) WHERE d.next <= datetime() } AS due"


async def is_due(tx: AsyncManagedTransaction) -> bool:
    """Whether anything is to be delivered now."""
    return bool((await one(tx, DUE))["due"])


# Whoever takes a delivery puts its next attempt off before anything is sent; the lock on it lets one take it.
TAKE: LiteralString = """
MATCH (d:Delivery {status: 'due'}) WHERE d.next <= datetime()
WITH d ORDER BY d.next LIMIT $limit
SET d.taking = true
WITH d WHERE d.status = 'due' AND d.next <= datetime()
SET d.next = datetime() + duration({seconds: $lease})
WITH d MATCH (d)-[:OF]->(n:Notice), (w:WatchList {id: n.watch})
RETURN collect({id: d.id, channel: d.channel, attempts: d.attempts, notice: n {.*}, definition: w.definition}) AS rows
"""


async def take_deliveries(tx: AsyncManagedTransaction, *, limit: int, lease_s: float) -> list[Delivery]:
    """Deliveries that are due; nobody else takes them for `lease_s` seconds, after which they are due again."""
    found = [
        Delivery(
            row["id"],
            Channel(row["channel"]),
            row["attempts"],
            _notice(row["notice"]),
            WatchList.model_validate_json(row["definition"]),
        )
        for row in await rows(tx, TAKE, limit=limit, lease=lease_s)
    ]
    return sorted(found, key=lambda one: (one.notice.watch, one.notice.number))


DELIVERED: LiteralString = (
    "MATCH (d:Delivery {id: $id}) SET d.status = 'done', d.attempts = d.attempts + 1, d.error = null"
)
NOT_DELIVERED: LiteralString = """
MATCH (d:Delivery {id: $id})
SET d.attempts = d.attempts + 1, d.error = $error, d.status = CASE WHEN $pause IS NULL THEN 'dead' ELSE 'due' END,
  d.next = datetime() + duration({seconds: coalesce($pause, 0)})
"""


async def delivered(tx: AsyncManagedTransaction, id: str) -> None:
    """A delivery is done."""
    await (await tx.run(DELIVERED, id=id)).consume()


async def not_delivered(tx: AsyncManagedTransaction, id: str, error: str, *, pause_s: float | None) -> None:
    """A delivery failed: it is tried again after `pause_s` seconds, or never by itself where that is None."""
    await (await tx.run(NOT_DELIVERED, id=id, error=error, pause=pause_s)).consume()


DEAD: LiteralString = """
MATCH (d:Delivery {status: 'dead'})-[:OF]->(n:Notice)
WITH d, n ORDER BY n.watch, n.number, d.channel LIMIT $limit
RETURN collect({channel: d.channel, error: d.error, attempts: d.attempts, watch: n.watch, number: n.number, text: n.text}) AS rows
"""
RETRY: LiteralString = """
MATCH (d:Delivery {status: 'dead'}) SET d.status = 'due', d.attempts = 0, d.next = datetime()
RETURN count(d) AS again
"""


async def dead_deliveries(tx: AsyncManagedTransaction, *, limit: int) -> list[dict[str, Any]]:
    """Deliveries that were given up, with why."""
    return [dict(row) for row in await rows(tx, DEAD, limit=limit)]


async def retry_dead(tx: AsyncManagedTransaction) -> int:
    """Have what was given up tried again; how many there are."""
    record = await (await tx.run(RETRY)).single(strict=True)
    return int(record["again"])


def _notice(row: Any) -> Notice:
    at = native(row["at"])
    return Notice(
        row["id"],
        row["watch"],
        row["number"],
        row["version"],
        NewsKind(row["kind"]),
        row["about"],
        row["text"],
        json.loads(row["details"]),
        at,
    )


def _watch(row: Any) -> StoredWatch:
    return StoredWatch(
        WatchList.model_validate_json(row["definition"]),
        row.get("version"),
        json.loads(row.get("seen") or "{}"),
        native(row.get("observed")),
        row.get("error"),
    )
