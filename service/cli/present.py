"""Paths for people and for programs: a table of hops with their sentences, and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from graph_schema.ids import RelationId
from graph_schema.spelling import one_line
from graph_schema.vocabulary import Modality
from service.paths.report import PathStatus, SearchReport
from service.paths.specificity import PARTS
from service.queries.records import ClaimRecord
from service.records_shown import entity_json, relation_json
from service.searches.hops import Path
from service.searches.paths import PathAnswer

Claims = Mapping[RelationId, Sequence[ClaimRecord]]
_SENTENCES = 2
"""Most sentences shown of one relation in the table."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a relation of a hop, or one more sentence of it."""

    hop: str
    sentence: str
    publisher: str
    date: str
    confidence: str


@dataclass(frozen=True, slots=True)
class PathLines:
    """A path as lines."""

    entities: tuple[str, ...]
    lines: tuple[Line, ...]

    @classmethod
    def from_answer(cls, path: Path, claims: Claims) -> "PathLines":
        """From an answer of this process."""
        lines = []
        for hop in path.hops:
            for relation in hop.relations:
                arrow = arrow_text(
                    hop.source.name,
                    relation.type,
                    hop.target.name,
                    forward=relation.subject == hop.source.id,
                    status=relation.status,
                )
                for claim in list(claims.get(relation.id, ()))[:_SENTENCES]:
                    date = claim.date or claim.document.published
                    lines.append(
                        Line(
                            hop=arrow,
                            sentence=claim.sentence,
                            publisher=claim.document.publisher or claim.document.title or claim.document.id,
                            date="" if date is None else date.isoformat(),
                            confidence=f"{claim.confidence:.2f}",
                        )
                    )
                    arrow = ""
        return cls(tuple(entity.name for entity in path.entities), tuple(lines))

    @classmethod
    def from_graphql(cls, path: Mapping[str, Any]) -> "PathLines":
        """From an answer of a running service to `SHOWN`."""
        lines = []
        for hop in path["hops"]:
            for relation in hop["relations"]:
                arrow = arrow_text(
                    hop["from"]["name"],
                    relation["type"],
                    hop["to"]["name"],
                    forward=relation["subject"]["id"] == hop["from"]["id"],
                    status=Modality[relation["status"]],
                )
                for claim in relation["claims"]["nodes"]:
                    document = claim["document"]
                    lines.append(
                        Line(
                            hop=arrow,
                            sentence=claim["sentence"],
                            publisher=document["publisher"] or document["title"] or document["id"],
                            date=claim["date"] or document["published"] or "",
                            confidence=f"{claim['confidence']:.2f}",
                        )
                    )
                    arrow = ""
        return cls(tuple(entity["name"] for entity in path["entities"]), tuple(lines))


SHOWN = f"""
query Shown($from: ID!, $to: ID!) {{
  shortestPath(from: $from, to: $to) {{
    report {{ status hint }}
    paths {{
      entities {{ name }}
      hops {{
        from {{ id name }}
        to {{ id name }}
        relations {{
          type
          status
          subject {{ id }}
          claims(first: {_SENTENCES}) {{ nodes {{ sentence date confidence document {{ id title publisher published }} }} }}
        }}
      }}
    }}
  }}
}}
"""


def arrow_text(source: str, relation: str, target: str, *, forward: bool, status: Modality = Modality.ASSERTED) -> str:
    """A relation as it is walked: `Intel —TESTED→ ACM Research`, or `←OWNS—` against its direction.

    How it stands is told unless it is asserted: `—BANS, threatened→`.
    """
    label = relation if status is Modality.ASSERTED else f"{relation}, {status}"
    return f"{source} —{label}→ {target}" if forward else f"{source} ←{label}— {target}"


def percent(lower: float, upper: float) -> str:
    """A share, or the bounds between which it lies, each in [0, 1]."""
    low, high = f"{lower:.4g}", f"{upper:.4g}"
    return f"{100 * float(low):.4g} %" if low == high else f"{100 * float(low):.4g} to {100 * float(high):.4g} %"


def print_paths(console: Console, paths: Sequence[PathLines]) -> None:
    """A table for each path."""
    for path in paths:
        table = Table(
            title=Text(one_line(" · ".join(path.entities))), title_justify="left", title_style="bold", show_lines=False
        )
        table.add_column("hop", overflow="fold", min_width=20, ratio=3)
        table.add_column("sentence", overflow="fold", ratio=4)
        table.add_column("said by", overflow="fold", ratio=2)
        table.add_column("sure", no_wrap=True, justify="right")
        for line in path.lines:
            said_by = f"{line.publisher}, {line.date}" if line.date else line.publisher
            cells = (line.hop, line.sentence, said_by, line.confidence)
            table.add_row(*(Text(one_line(cell)) for cell in cells))
        console.print(table)


def reason(answer: PathAnswer) -> str | None:
    """One line on what the answer means, where it is not simply what was asked for."""
    report = answer.report
    if report.status is PathStatus.FOUND:
        return None
    limit = f" ({report.limited_by.value})" if report.limited_by is not None else ""
    return f"{report.status.name}{limit}: {report.hint}" if report.hint else f"{report.status.name}{limit}"


def path_json(answer: PathAnswer, claims: Claims, version: int) -> dict[str, Any]:
    """The answer with all its claims, in the field names of the API."""
    return {
        "report": report_json(answer.report, version),
        "sources": [entity_json(entity) for entity in answer.sources],
        "targets": [entity_json(entity) for entity in answer.targets],
        "paths": [
            {
                "id": path.id,
                "length": len(path.hops),
                "cost": path.cost,
                "confidence": path.confidence,
                "hops": [
                    {
                        "index": hop.index,
                        "from": entity_json(hop.source),
                        "to": entity_json(hop.target),
                        "cost": None if hop.cost is None else {_camel(name): getattr(hop.cost, name) for name in PARTS},
                        "relations": [
                            relation_json(relation, claims.get(relation.id, ())) for relation in hop.relations
                        ],
                    }
                    for hop in path.hops
                ],
            }
            for path in answer.paths
        ],
    }


def report_json(report: SearchReport, version: int) -> dict[str, Any]:
    """What an answer means and cost, in the field names of the API."""
    return {
        "status": report.status.name,
        "limitedBy": None if report.limited_by is None else report.limited_by.name,
        "expanded": report.expanded,
        "elapsedMs": round(report.elapsed_ms, 3),
        "hubsSkipped": list(report.hubs_skipped),
        "undated": report.undated,
        "graphVersion": version,
        "hint": report.hint,
        "cypher": report.cypher,
        "engine": report.engine.name,
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.title, rest))
