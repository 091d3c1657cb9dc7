"""`chokepoint ownership`: how much of entities some parties hold, from the shell, by the same functions as the API."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graph_schema.database.connection import open_graph
from graph_schema.database.version import graph_version
from graph_schema.ids import ClaimId
from graph_schema.settings import read_settings
from graph_schema.shares import ShareBasis
from service.cli.former import AtVersion, asking
from service.cli.options import Timeout, choose, day
from service.cli.present import percent, report_json
from service.paths.budget import Budget
from service.queries.claims import claims_by_id
from service.queries.records import ClaimRecord
from service.records_shown import claim_json, entity_json, relation_json
from service.searches.ownership import (
    Holding,
    OwnershipAnswer,
    OwnershipReading,
    OwnershipRequest,
)
from service.settings import ServiceSettings

_HOLDINGS = 20
"""Most holdings that are shown of one entity."""


def ownership(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Ids, names or aliases of the entities.")],
    by: Annotated[
        list[str] | None, typer.Option(help="Add up those that this country, body or policy lists; not given: anyone.")
    ] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Add up the holdings of this owner instead.")] = None,
    threshold: Annotated[float, typer.Option(help="The share that is asked for, in (0, 1].")] = 0.5,
    more_than: Annotated[bool, typer.Option("--more-than", help="The threshold itself is not enough.")] = False,
    reading: Annotated[str, typer.Option(help="How a chain counts: sum or control.")] = OwnershipReading.SUM.value,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Holdings and listings of this day.")] = None,
    at_version: AtVersion = None,
    timeout_ms: Timeout = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell whether the holdings of listed or named parties add up to half of an entity, and who says so.

    YES and NO hold whatever the shares that are not known; POSSIBLE depends on them. Exits 4 when an entity is unknown.
    """
    settings = read_settings(ServiceSettings)
    (how,) = choose(OwnershipReading, "reading", [reading])
    request = OwnershipRequest(
        entities=tuple(names),
        lists=tuple(by or ()),
        owners=tuple(owner or ()),
        reading=how,
        threshold=threshold,
        more_than=more_than,
        as_of=day(as_of),
        budget=Budget(max_expansions=settings.max_expansions, timeout_s=(timeout_ms or settings.timeout_ms) / 1000),
    )
    answers, claims, version = asyncio.run(_ask(request, settings, at_version))
    if as_json:
        told = [ownership_json(one, claims, version) for one in answers]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for one in answers:
        _print(Console(), one, claims)


async def _ask(
    request: OwnershipRequest, settings: ServiceSettings, at: int | None
) -> tuple[tuple[OwnershipAnswer, ...], dict[ClaimId, ClaimRecord], int]:
    async with open_graph() as graph:
        async with asking(graph, settings, at, claims=0) as asked:
            answers = await asked.searches.run(request, at=at)
        wanted = {id for one in answers for holding in one.holdings[:_HOLDINGS] for id in holding.claims}
        claims = await graph.read(claims_by_id, sorted(wanted))
        return answers, claims, await graph.read(graph_version) if at is None else at


def _print(console: Console, answer: OwnershipAnswer, claims: Mapping[ClaimId, ClaimRecord]) -> None:
    """The verdict in a line, and a table of the holdings that it rests on."""
    listed = ", listed itself" if answer.listings else ""
    console.print(
        Text(f"{answer.entity.name}{listed}: {answer.verdict.name}, {percent(answer.lower, answer.upper)} held")
    )
    if (hint := answer.report.hint) is not None:
        console.print(Text(hint))
    if answer.overstated:
        names = ", ".join(one.name for one in answer.overstated)
        console.print(Text(f"sources give away more than the whole of {names}"))
    if not answer.holdings:
        return
    table = Table(show_lines=False)
    table.add_column("holding", overflow="fold", min_width=20, ratio=3)
    table.add_column("share", no_wrap=True)
    table.add_column("sentence", overflow="fold", ratio=4)
    table.add_column("said by", overflow="fold", ratio=2)
    for holding in answer.holdings[:_HOLDINGS]:
        table.add_row(*map(Text, _row(holding, claims)))
    console.print(table)


def _row(holding: Holding, claims: Mapping[ClaimId, ClaimRecord]) -> tuple[str, str, str, str]:
    claim = next((claims[id] for id in holding.claims if id in claims), None)
    share = "unknown" if holding.basis is ShareBasis.UNKNOWN else percent(holding.lower, holding.upper)
    name = f"{holding.owner.name} → {holding.owned.name}"
    if claim is None:
        return name, share, "", ""
    said_by = claim.document.publisher or claim.document.title or claim.document.id
    return name, share, claim.sentence, said_by if holding.day is None else f"{said_by}, {holding.day}"


def ownership_json(answer: OwnershipAnswer, claims: Mapping[ClaimId, ClaimRecord], version: int) -> dict[str, Any]:
    """The answer with its proof, in the field names of the API."""
    return {
        "report": report_json(answer.report, version),
        "entity": entity_json(answer.entity),
        "verdict": answer.verdict.name,
        "lower": answer.lower,
        "upper": answer.upper,
        "recorded": answer.recorded,
        "listings": [relation_json(one, ()) for one in answer.listings],
        "parties": [
            {
                "entity": entity_json(one.entity),
                "lower": one.lower,
                "upper": one.upper,
                "listings": [relation_json(listing, ()) for listing in one.listings],
            }
            for one in answer.parties
        ],
        "overstated": [entity_json(one) for one in answer.overstated],
        "holdings": [_holding(one, claims) for one in answer.holdings[:_HOLDINGS]],
    }


def _holding(one: Holding, claims: Mapping[ClaimId, ClaimRecord]) -> dict[str, Any]:
    given: Sequence[ClaimRecord] = [claims[id] for id in one.claims if id in claims]
    return {
        "owner": entity_json(one.owner),
        "owned": entity_json(one.owned),
        "lower": one.lower,
        "upper": one.upper,
        "basis": one.basis.name,
        "date": None if one.day is None else one.day.isoformat(),
        "partLower": one.part_lower,
        "partUpper": one.part_upper,
        "claims": [claim_json(claim) for claim in given],
    }
