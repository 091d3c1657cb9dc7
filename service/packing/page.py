"""The report of an evidence pack: one HTML page without scripts and without anything from elsewhere."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from service.searches.hops import Path

_STYLE = """
body { font: 15px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #0f172a }
table { border-collapse: collapse; width: 100% }
td, th { border: 1px solid #cbd5e1; padding: .4rem; vertical-align: top; text-align: left }
blockquote { margin: 0 } code { font-size: 85%; overflow-wrap: anywhere } img { max-width: 100% }
"""


def report(
    title: str,
    question: Mapping[str, Any],
    answer: Mapping[str, Any],
    paths: Sequence[Path],
    claims: Sequence[Mapping[str, Any]],
) -> str:
    """The question, the answer, and behind every relation its sentences with document and place."""
    told: dict[str, list[Mapping[str, Any]]] = {}
    for claim in claims:
        told.setdefault(claim["relation"], []).append(claim)
    status = answer["report"]["status"]
    parts = [
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>',
        f"</head><body><h1>{escape(title)}</h1>",
        f"<p>Asked of version {question['graphVersion']} of the graph: <code>{escape(question['text'])}</code></p>",
        f"<p>Status: <strong>{escape(status)}</strong>{_hint(answer)}</p>",
        '<p><img src="drawing.svg" alt="The paths, drawn"></p>',
        "<p>Sentences are quoted from their sources, who alone answer for them.</p>",
    ]
    for number, path in enumerate(paths, 1):
        parts.append(f"<h2>Path {number}, confidence {path.confidence:.2f}</h2>")
        for hop in path.hops:
            for relation in hop.relations:
                ends = (hop.source, hop.target) if relation.subject == hop.source.id else (hop.target, hop.source)
                parts.append(
                    f"<h3>{escape(ends[0].name)} {relation.type.value} {escape(ends[1].name)}</h3>"
                    f"<p>{relation.status.value}, confidence {relation.confidence:.2f} <code>{escape(relation.id)}</code></p>"
                )
                rows = "".join(map(_row, told.get(relation.id, ())))
                parts.append(f"<table><tr><th>sentence</th><th>document</th><th>place and hash</th></tr>{rows}</table>")
    return "\n".join([*parts, "</body></html>\n"])


def _hint(answer: Mapping[str, Any]) -> str:
    hint = answer["report"]["hint"]
    return "" if hint is None else f": {escape(hint)}"


def _row(claim: Mapping[str, Any]) -> str:
    document = claim["document"]
    said = " · ".join(
        escape(str(one)) for one in (document["publisher"], document["title"], document["published"]) if one
    )
    url = document["url"]
    link = f"<br><code>{escape(url)}</code>" if url else ""
    hashed = f"<br>document <code>{escape(document['hash'])}</code>" if document["hash"] else ""
    return (
        f"<tr><td><blockquote>{escape(claim['sentence'])}</blockquote>{escape(claim['modality'])}, {claim['confidence']:.2f}</td>"
        f"<td>{said or escape(document['id'])}{link}</td>"
        f"<td>characters {claim['start']} to {claim['end']}<br><code>{escape(claim['id'])}</code>"
        f"<br>sentence <code>{claim['sentenceSha256'][:16]}…</code>{hashed}</td></tr>"
    )
