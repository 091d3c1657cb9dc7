"""`chokepoint audit`: who asked the service what, and who changed what."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
import typer

from graph_schema.errors import QuestionError
from graph_schema.settings import read_settings
from graph_schema.spelling import one_line
from service.access.audit import Wanted, entries
from service.access.export import moment
from service.access.settings import AccessSettings


def audit(
    since: Annotated[str | None, typer.Option(help="First day or moment, as 2026-11-24 or 2026-11-24T08:30Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Day or moment before which they end.")] = None,
    who: Annotated[str | None, typer.Option(help="Only what the holder of the key of this name did.")] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Only what changed the graph.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines, whole, as they are kept.")] = False,
) -> None:
    """Print the audit log of the service, oldest first: who asked what of which version, what it cost, what was changed."""
    try:
        wanted = Wanted(moment(since), moment(until), who, changes)
    except ValueError as error:
        raise QuestionError(str(error)) from error
    for entry in entries(read_settings(AccessSettings).audit_log(), wanted):
        if as_json:
            sys.stdout.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE).decode())
        elif entry["event"] != "document":
            typer.echo(one_line(_told(entry)))


def _told(entry: Mapping[str, Any]) -> str:
    """An entry for people: when, who, what."""
    parts = [entry["at"], entry["event"], entry.get("who") or "nobody", entry.get("from") or ""]
    parts.append(entry.get("operation") or str(entry.get("document", entry.get("path", "")))[:12])
    parts += [f"{field}:{size}" for field, size in entry.get("results", {}).items()]
    if entry.get("graphVersion") is not None:
        parts.append(f"version {entry['graphVersion']}")
    if entry.get("cost") is not None:
        parts.append(f"{entry['cost']} points")
    for change in entry.get("changes", ()):
        parts.append(" ".join(f"{name}={value}" for name, value in change.items() if name not in ("change", "counts")))
    parts += [code for code in entry.get("errors", ()) if code]
    return "  ".join(part for part in parts if part)
