"""`chokepoint check`: whether the graph is what its claims say."""

import asyncio
import dataclasses
from contextlib import nullcontext
from typing import Annotated

import orjson
import typer

from graph_schema.database.connection import open_graph
from graph_schema.database.locks import writer_lock
from graph_schema.exit_codes import ExitCode
from graph_schema.settings import read_settings
from loaders.checking.findings import REPAIRABLE, Report
from loaders.checking.graph import check as check_graph
from loaders.settings import LoadSettings

_SHOWN = 50
"""Findings that are printed for people; --json prints all."""


def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what follows from the claims, and what dead processes left behind.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Recompute every edge from its claims and compare; look for torn claims, schema drift, locks and runs left behind.

    Exits 1 when something is wrong that was not repaired. A load that is under way may show as findings.
    """
    report = asyncio.run(_check(repair))
    if as_json:
        found = [dataclasses.asdict(finding) for finding in report.findings]
        typer.echo(orjson.dumps({"claims": report.claims, "edges": report.edges, "findings": found}).decode())
    else:
        for finding in report.findings[:_SHOWN]:
            detail = f": {finding.detail}" if finding.detail else ""
            typer.echo(f"{finding.kind}{' (repaired)' if finding.repaired else ''}  {finding.what}{detail}")
        if len(report.findings) > _SHOWN:
            typer.echo(f"… and {len(report.findings) - _SHOWN} more: --json prints all")
        typer.echo(f"{report.claims} claims and {report.edges} edges checked, {len(report.findings)} findings")
        if not repair and any(finding.kind in REPAIRABLE for finding in report.findings):
            typer.echo("chokepoint check --repair mends what can be mended", err=True)
    if report.left:
        raise typer.Exit(ExitCode.FAILED)


async def _check(repair: bool) -> Report:
    async with open_graph() as graph:
        wait_s = read_settings(LoadSettings).writer_wait_s
        async with writer_lock(graph, "chokepoint check", wait_s=wait_s) if repair else nullcontext():
            return await check_graph(graph, repair=repair)
