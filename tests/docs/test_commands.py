"""README and docs do what they say: page by page, in order, `sh` blocks are run, `yaml` blocks that name a file are written
to it, `graphql` blocks of README are asked.

A block below a comment `<!-- not run: reason -->` is left out; `console` blocks show what needs another machine.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from graph_schema.settings import GraphSettings
from tests.docs.given import GIVEN

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/tutorial.md",
    "docs/extraction.md",
    "docs/loading.md",
    "docs/how-to/connect-a-dashboard.md",
    "docs/how-to/neo4j-browser.md",
    "docs/how-to/dashboards.md",
    "docs/how-to/export.md",
    "docs/how-to/pack-evidence.md",
    "docs/how-to/ask-in-words.md",
    "docs/how-to/back-up.md",
    "docs/how-to/schedule.md",
    "docs/how-to/screen.md",
    "docs/how-to/watch.md",
    "docs/how-to/weigh-publishers.md",
)
BLOCK = re.compile(r"^(<!-- not run: [^\n]+ -->\n)?```(sh|yaml|graphql)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\w+\.yaml)\n")


@dataclass(frozen=True)
class Product:
    """The environment in which a reader of the docs would be."""

    environment: dict[str, str]
    port: int


@pytest.fixture(scope="module")
def product(neo4j_settings: GraphSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The sample loaded into the test server, and a service on it."""
    assert neo4j_settings.uri is not None
    assert neo4j_settings.password is not None
    tmp_path = tmp_path_factory.mktemp("product")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "chokepoint").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chokepoint "$@"\n')
    (programs / "chokepoint").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "CHOKEPOINT_NEO4J_URI": neo4j_settings.uri,
        "CHOKEPOINT_NEO4J_PASSWORD": neo4j_settings.password.get_secret_value(),
        "CHOKEPOINT_NEO4J_CONNECT_TIMEOUT_S": "30",
        "CHOKEPOINT_SERVICE_PORT": str(port),
        "CHOKEPOINT_LOAD_DEAD_LETTERS": str(tmp_path / "dead-letters"),
    }
    run("chokepoint load sample", environment, tmp_path)
    with (tmp_path / "serve.log").open("wb") as log:
        serving = subprocess.Popen(["chokepoint", "serve"], env=environment, stdout=log, stderr=log)
    try:
        until_ready(f"http://127.0.0.1:{port}/readyz")
        yield Product(environment, port)
    finally:
        serving.terminate()
        serving.wait(30)


def run(block: str, environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, f"{block}\nexits with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def until_ready(address: str) -> None:
    for _ in range(200):
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"{address} does not answer")


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of what a reader would run, in order."""
    return [(language, text) for left_out, language, text in BLOCK.findall(page.read_text("utf-8")) if not left_out]


def ask(question: str, port: int) -> str:
    body = json.dumps({"query": question}).encode()
    request = Request(f"http://127.0.0.1:{port}/graphql", body, {"content-type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return str(answer.read(), "utf-8")


@pytest.mark.docs
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("bash") is None, reason="the blocks are for a POSIX shell")
@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_work_as_written(page: str, product: Product, tmp_path: Path) -> None:
    found = blocks(ROOT / page)
    assert any(language == "sh" for language, _ in found)
    if page in GIVEN:
        GIVEN[page](tmp_path)
    for language, block in found:
        if language == "yaml":
            if (name := FILE.match(block)) is not None:
                (tmp_path / name[1]).write_text(block, "utf-8")
        elif language == "graphql":
            answer = ask(block, product.port)
            assert '"FOUND"' in answer, answer
        else:
            answer = run(block.replace(":8000/", f":{product.port}/"), product.environment, tmp_path)
            if "curl" in block:
                assert '"FOUND"' in answer.replace(" ", ""), answer
