"""One jar from a Maven repository: asked again when the connection fails, given up at once when the download is stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import requests
from jgo.maven import MavenContext, PythonResolver
from tenacity import (
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_after_attempt,
    stop_when_event_set,
    wait_random_exponential,
)

from graph_schema.database.embedded.distribution import Artifact

ATTEMPTS = 5
REQUEST_TIMEOUT_S = 30

Advance = Callable[[int], None]
"""Called with the number of bytes just received; negative when they have to be fetched again."""


class Stopped(Exception):
    """The download was given up while this jar was on its way."""


@dataclass(frozen=True, slots=True)
class Repository:
    """Where jars come from and the folder where they arrive."""

    staging: Path
    url: str | None = None
    """Address of the repository; Maven Central, which jgo knows, when None."""
    stop: Event = field(default_factory=Event)
    """Set it to end all downloads."""

    def get(self, artifact: Artifact, advance: Advance) -> Path:
        """The jar as the repository serves it, unverified. Raises requests.RequestException, Stopped."""
        for attempt in Retrying(
            retry=retry_if_exception_type(requests.RequestException),
            stop=stop_after_attempt(ATTEMPTS) | stop_when_event_set(self.stop),
            wait=wait_random_exponential(multiplier=0.5, max=8),
            sleep=sleep_using_event(self.stop),
            reraise=True,
        ):
            with attempt:
                return self._try(artifact, advance)
        raise AssertionError("Retrying returns or raises")

    def _try(self, artifact: Artifact, advance: Advance) -> Path:
        received = 0

        def count(size: int) -> None:
            nonlocal received
            if self.stop.is_set():
                raise Stopped
            received += size
            advance(size)

        @contextmanager
        def report(_: str, __: int) -> Iterator[Advance]:
            yield count

        file = self.staging / artifact.path
        file.unlink(missing_ok=True)  # what an earlier attempt left; jgo would take it for the whole
        context = MavenContext(
            resolver=PythonResolver(progress_callback=report),
            repo_cache=self.staging,
            remote_repos=None if self.url is None else {"mirror": self.url.rstrip("/")},
            timeout=REQUEST_TIMEOUT_S,
        )
        component = context.project(artifact.group, artifact.name).at_version(artifact.version)
        try:
            component.artifact(artifact.classifier).resolve()
        except requests.RequestException:
            advance(-received)
            raise
        except RuntimeError as error:  # what jgo makes of an answer other than 200
            raise requests.HTTPError(f"the repository does not serve {artifact}") from error
        return file


def reason(error: requests.RequestException) -> str:
    """Why nothing came, in a few words."""
    match error:
        case requests.HTTPError():
            return str(error)
        case requests.exceptions.ProxyError():
            return "the proxy does not answer"
        case requests.exceptions.SSLError():
            return "the repository's certificate is not trusted"
        case requests.Timeout():
            return f"no answer within {REQUEST_TIMEOUT_S} s"
        case requests.exceptions.ChunkedEncodingError():
            return "the connection breaks off"
        case _:
            return "no connection to the repository"
