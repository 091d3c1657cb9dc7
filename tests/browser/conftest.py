"""A product that runs as `make run` leaves it, and a Chromium to look at it with.

CHROMIUM names the program, where it is not on the path. CHOKEPOINT_TEST_PICTURES names a folder that keeps the pictures.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

OURS = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Product:
    """Where the running product answers."""

    service: str
    browser: str
    bolt: str
    user: str
    password: str
    environment: Mapping[str, str]

    def chokepoint(self, *arguments: str) -> str:
        """What a command prints that is run beside the service; it may answer with no."""
        return chokepoint(self.environment, *arguments, codes=(0, 1))


def chokepoint(environment: Mapping[str, str], *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    command = [sys.executable, "-m", "chokepoint", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in codes, f"{arguments}: {done.stdout}\n{done.stderr}"
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.fail("no Chromium here: install it, or name it by CHROMIUM")
    expect.set_options(timeout=60_000)  # on a busy machine what is waited for takes longer than the usual 5 s
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The embedded Neo4j with the sample loaded, and the service."""
    port = free_port()
    service = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "CHOKEPOINT_HOME": str(tmp_path_factory.mktemp("product")),
        "CHOKEPOINT_BOLT_PORT": "0",
        "CHOKEPOINT_HTTP_PORT": "0",
        "CHOKEPOINT_BROWSER_CONTENT": service,
    }

    log = tmp_path_factory.mktemp("logs") / "serve.log"
    try:
        database = json.loads(chokepoint(environment, "db", "start", "--json", "--show-password"))
        chokepoint(environment, "load", "sample")
        with log.open("wb") as output:
            command = [sys.executable, "-m", "chokepoint", "serve", "--port", str(port)]
            serving = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            # Before the index answers, a first question may spend its time on plans of the database.
            wait_for(f"{service}/readyz", log, seconds=180, answer='"state":"ready"')
            bolt = database["uri"].removeprefix("bolt://")
            yield Product(service, database["browser"], bolt, "neo4j", database["password"], environment)
        finally:
            serving.terminate()
            serving.wait(30)
    finally:
        chokepoint(environment, "db", "reset", "--yes")


def wait_for(address: str, log: Path, *, seconds: float = 90, answer: str = "") -> None:
    """Return once `address` answers with 200, and with this text in it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urlopen(address, timeout=5) as told:
                if answer in told.read().decode():
                    return
        except (URLError, OSError):
            pass
        time.sleep(0.3)
    pytest.fail(f"{address} did not answer:\n{log.read_text()[-3000:]}")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that reaches nothing outside this machine."""
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(60_000)
    page.route("**/*", _stay_here)
    yield page
    page.close()


def _stay_here(route: Route) -> None:
    address = route.request.url
    if address.startswith(("data:", "blob:")) or any(address.startswith(f"http://{host}") for host in OURS):
        route.continue_()
    else:
        route.abort()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures go."""
    kept = os.environ.get("CHOKEPOINT_TEST_PICTURES")
    return tmp_path if kept is None else Path(kept)
