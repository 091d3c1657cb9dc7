"""Dashboard and alerts ask only for metrics and labels that the service and the jobs tell."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client import REGISTRY, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from graph_schema.database.graph import Graph
from loaders.jobs import metrics as job_metrics
from service.app import create_app
from service.index.loading import load
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio
FOLDER = Path(__file__).parents[3] / "deploy/observability"
PATH = '{ shortestPath(from: "company:intel", to: "company:acm-research") { report { engine } } }'


def dashboard() -> list[tuple[str, str]]:
    """Expressions of the dashboard by the title of their panel."""
    read: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
    return [(panel["title"], target["expr"]) for panel in read["panels"] for target in panel["targets"]]


def alerts() -> list[tuple[str, str]]:
    """Expressions of the alerts by name."""
    read: dict[str, Any] = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
    return [(rule["alert"], rule["expr"]) for group in read["groups"] for rule in group["rules"]]


def labels_by_metric(families: Iterable[Metric]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for family in families:
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.fixture
async def told(story_graph: Graph) -> dict[str, set[str]]:
    """Labels of each metric, once everything that is counted has happened."""
    app = create_app(ServiceSettings(), story_graph)
    keeper = app.state.index
    keeper._hold(await load(story_graph, most_megabytes=100, progress=lambda *_: None))
    await keeper._follow()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        for query in (PATH, "{ nonsense }"):
            await http.post("/graphql", json={"query": query})
        service = labels_by_metric(text_string_to_metric_families((await http.get("/metrics")).text))
    for job in (job_metrics.SECONDS, job_metrics.FAILURES, job_metrics.LAST_SUCCESS):
        job.labels("a job")
    job_metrics.RUNS.labels("a job", "finished")
    job_metrics.RECORDS.labels("a job", "taken")
    return service | labels_by_metric(text_string_to_metric_families(generate_latest(REGISTRY).decode()))


async def test_every_metric_and_label_that_is_asked_for_exists(told: dict[str, set[str]]) -> None:
    asked = 0
    for where, expression in (*dashboard(), *alerts()):
        metrics = re.findall(r"\b(?:chokepoint|process)_\w+", expression)
        assert metrics, where
        for metric in metrics:
            asked += 1
            assert metric in told, f"{where}: nothing tells {metric}"
        labels = set(re.findall(r'(\w+)\s*=~?"', expression))
        for group in re.findall(r"by \(([^)]*)\)", expression):
            labels |= {label.strip() for label in group.split(",")}
        known = set().union(*(told[metric] for metric in metrics)) | {"instance"}
        assert labels <= known, f"{where}: {labels - known} is no label of {metrics}"
    assert asked > 30


async def test_every_metric_of_ours_is_on_the_dashboard_or_in_an_alert(told: dict[str, set[str]]) -> None:
    shown = " ".join(expression for _, expression in (*dashboard(), *alerts()))
    ours = {
        re.sub(r"_(bucket|count|sum|created|total)$", "", name) for name in told if name.startswith("chokepoint_")
    } - {"chokepoint_job_duration_seconds"}
    assert {name for name in ours if name not in shown} == set()


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    read: dict[str, Any] = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
    for rule in (rule for group in read["groups"] for rule in group["rules"]):
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]
        assert rule["annotations"]["action"], rule["alert"]
