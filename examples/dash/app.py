"""A page of Dash over the generated Python client: two names, and the path between them as a table with its sentences.

Generate `chokepoint_client` first, as ../python/README.md says; `pip install dash`; then `python app.py [address of /graphql]`.
"""

import asyncio
import sys

from chokepoint_client import ChokepointClient
from dash import Dash, Input, Output, State, dash_table, dcc, html

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/graphql"
COLUMNS = ["subject", "relation", "object", "confidence", "sentence", "publisher"]

app = Dash(title="Ties")
app.layout = html.Main(
    [
        html.H1("Ties"),
        dcc.Input("Intel", id="source", debounce=True),
        dcc.Input("United States", id="target", debounce=True),
        html.Button("Ask", id="ask"),
        html.P(id="verdict"),
        dash_table.DataTable(id="hops", columns=[{"name": name, "id": name} for name in COLUMNS]),
    ]
)


async def hops_between(source: str, target: str) -> tuple[str, list[dict[str, object]]]:
    """What the answer means, and a row for each relation of the best path."""
    async with ChokepointClient(URL) as client:
        found = (await client.shortest_path(source=source, target=target)).shortest_path
    rows: list[dict[str, object]] = []
    for hop in found.paths[0].hops if found.paths else []:
        for relation in hop.relations:
            claim = relation.claims.nodes[0]
            rows.append(
                {
                    "subject": relation.subject.name,
                    "relation": relation.type_.value,
                    "object": relation.object_.name,
                    "confidence": round(relation.confidence, 2),
                    "sentence": claim.sentence,
                    "publisher": claim.document.publisher,
                }
            )
    return found.report.hint or found.report.status.value, rows


@app.callback(
    Output("verdict", "children"),
    Output("hops", "data"),
    Input("ask", "n_clicks"),
    State("source", "value"),
    State("target", "value"),
)
def answer(_: int | None, source: str, target: str) -> tuple[str, list[dict[str, object]]]:
    """Ask again at each click."""
    return asyncio.run(hops_between(source, target))


if __name__ == "__main__":
    app.run()
