"""The download, against a repository of our own on a real HTTP server."""

import gc
import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from rich.console import Console

from graph_schema.database.embedded.distribution import Artifact, Distribution, default_distribution
from graph_schema.database.embedded.download import fetch
from graph_schema.errors import ArtifactCorrupt, ArtifactUnavailable, EmbeddedError, NotEnoughDisk

# jgo leaves the connection of an answer other than 200 to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

QUIET = Console(quiet=True)
JARS = {name: name.encode() * 50_000 for name in ("alpha", "beta", "gamma")}


class Repository:
    """A Maven repository: serves `files` by path and counts what it was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, list[bytes]] = {}
        """Answers by path; each is given once, the last one for ever."""
        self.broken: set[str] = set()
        """Paths whose first answer breaks off half-way."""
        self.asked: Counter[str] = Counter()
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                repository.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.removeprefix("/")
        self.asked[path] += 1
        answers = self.files.get(path)
        if not answers:
            request.send_error(404)
            return
        content = answers.pop(0) if len(answers) > 1 else answers[0]
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if path in self.broken:
            self.broken.remove(path)
            content = content[: len(content) // 2]
        request.wfile.write(content)

    def asked_for(self, artifact: Artifact) -> int:
        return self.asked[artifact.path.as_posix()]


@pytest.fixture
def distribution() -> Distribution:
    artifacts = (
        Artifact(
            "org.example", name, "1.0", "linux" if name == "gamma" else "", hashlib.sha256(jar).hexdigest(), len(jar)
        )
        for name, jar in JARS.items()
    )
    return Distribution("Example", "1.0", "Main", "Admin", (), {}, tuple(artifacts))


@pytest.fixture
def repository(distribution: Distribution) -> Iterator[Repository]:
    repository = Repository()
    for artifact in distribution.artifacts:
        repository.files[artifact.path.as_posix()] = [JARS[artifact.name]]
    thread = Thread(target=partial(repository.server.serve_forever, poll_interval=0.01))
    thread.start()
    yield repository
    repository.server.shutdown()
    repository.server.server_close()
    thread.join()
    gc.collect()


def test_jars_arrive_whole_and_in_the_order_of_the_lock(
    distribution: Distribution, repository: Repository, tmp_path: Path
) -> None:
    paths = fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    assert [path.read_bytes() for path in paths] == list(JARS.values())


def test_what_is_there_is_never_asked_for_again(
    distribution: Distribution, repository: Repository, tmp_path: Path
) -> None:
    fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    repository.asked.clear()
    fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    assert not repository.asked


def test_only_the_jar_that_went_bad_is_fetched_again(
    distribution: Distribution, repository: Repository, tmp_path: Path
) -> None:
    _, beta, _ = fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    repository.asked.clear()
    flipped = bytearray(beta.read_bytes())
    flipped[7] ^= 1
    beta.write_bytes(flipped)
    fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    assert beta.read_bytes() == JARS["beta"]
    assert [repository.asked_for(artifact) for artifact in distribution.artifacts] == [0, 1, 0]


def test_a_download_goes_on_where_the_last_one_was_cut(
    distribution: Distribution, repository: Repository, tmp_path: Path
) -> None:
    *_, gamma = distribution.artifacts
    answers = repository.files.pop(gamma.path.as_posix())
    with pytest.raises(
        ArtifactUnavailable, match=r"does not serve org\.example:gamma:1\.0:linux; 1 of its 3 jars"
    ) as failure:
        fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    assert "\n" not in str(failure.value)
    repository.files[gamma.path.as_posix()] = answers
    repository.asked.clear()
    fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    assert [repository.asked_for(artifact) for artifact in distribution.artifacts] == [0, 0, 1]


def test_a_connection_that_breaks_off_is_tried_again(
    distribution: Distribution, repository: Repository, tmp_path: Path
) -> None:
    alpha, *_ = distribution.artifacts
    repository.broken.add(alpha.path.as_posix())
    paths = fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    assert paths[0].read_bytes() == JARS["alpha"]
    assert repository.asked_for(alpha) == 2


def test_a_jar_served_wrong_once_is_fetched_once_more(
    distribution: Distribution, repository: Repository, tmp_path: Path
) -> None:
    alpha, *_ = distribution.artifacts
    repository.files[alpha.path.as_posix()].insert(0, b"<html>please log in</html>")
    paths = fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    assert paths[0].read_bytes() == JARS["alpha"]


def test_a_jar_served_wrong_twice_is_refused_and_not_kept(
    distribution: Distribution, repository: Repository, tmp_path: Path
) -> None:
    alpha, *_ = distribution.artifacts
    repository.files[alpha.path.as_posix()] = [b"<html>please log in</html>"]
    with pytest.raises(ArtifactCorrupt, match=r"org\.example:alpha:1\.0 .* twice"):
        fetch(distribution, tmp_path, repository=repository.url, console=QUIET)
    assert repository.asked_for(alpha) == 2
    assert not (tmp_path / "maven" / alpha.path).exists()
    assert not (tmp_path / "staging").exists()


def test_two_downloads_at_once_fetch_each_jar_once(
    distribution: Distribution, repository: Repository, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(2) as threads:
        runs = [
            threads.submit(fetch, distribution, tmp_path, repository=repository.url, console=QUIET) for _ in range(2)
        ]
    assert runs[0].result() == runs[1].result()
    assert [repository.asked_for(artifact) for artifact in distribution.artifacts] == [1, 1, 1]


def test_a_disk_that_is_too_small_is_told_before_the_download(tmp_path: Path) -> None:
    huge = Distribution(
        "Example", "1.0", "Main", "Admin", (), {}, (Artifact("org.example", "huge", "1", "", "0", 10**16),)
    )
    with pytest.raises(NotEnoughDisk, match=r"the download needs 10000000064 MB.*CHOKEPOINT_CACHE"):
        fetch(huge, tmp_path, console=QUIET)


def test_a_cache_that_cannot_be_written_is_told_in_one_line(distribution: Distribution, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match=r"^cannot use .*CHOKEPOINT_CACHE.*$"):
        fetch(distribution, tmp_path / "file" / "cache", console=QUIET)


def test_no_network_is_one_line_and_its_own_exit_code(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    environment |= {
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "CHOKEPOINT_HOME": str(tmp_path / "home"),
        "CHOKEPOINT_CACHE": str(tmp_path / "cache"),
    }
    command = [sys.executable, "-m", "chokepoint", "db", "start"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    *progress, error = done.stderr.splitlines()
    assert done.returncode == ArtifactUnavailable.exit_code == 6
    assert progress == ["downloading Neo4j Community 2026.08.1, this once: 226 jars, 173 MB"]
    assert error.startswith(
        "error: cannot download Neo4j Community 2026.08.1: the proxy does not answer; 226 of its 226"
    )


def test_a_log_gets_one_line_and_no_bar(distribution: Distribution, repository: Repository, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        fetch(distribution, tmp_path / "cache", repository=repository.url, console=Console(file=log))
    assert (tmp_path / "log").read_text() == "downloading Example 1.0, this once: 3 jars, 0 MB\n"


def test_the_lock_names_each_jar_once_with_a_checksum() -> None:
    artifacts = default_distribution().artifacts
    assert len({artifact.path for artifact in artifacts}) == len(artifacts)
    assert all(len(artifact.sha256) == 64 and artifact.size > 0 for artifact in artifacts)
    assert all(Artifact.from_lock(str(artifact), artifact.sha256, artifact.size) == artifact for artifact in artifacts)
