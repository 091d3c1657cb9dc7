"""A server to run: the jars that make it up, each with its checksum, and how Java starts it. Read from a committed lock file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Artifact:
    """One jar under its Maven coordinates."""

    group: str
    name: str
    version: str
    classifier: str
    sha256: str
    size: int
    """In bytes."""

    @classmethod
    def from_lock(cls, coordinate: str, sha256: str, size: int) -> Self:
        """From `group:name:version[:classifier]`. Raises ValueError when it is something else."""
        group, name, version, *classifier = coordinate.split(":")
        return cls(group, name, version, "".join(classifier), sha256, size)

    @property
    def path(self) -> Path:
        """Where the jar lies below the root of a Maven repository."""
        file = "-".join(filter(None, (self.name, self.version, self.classifier))) + ".jar"
        return Path(*self.group.split("."), self.name, self.version, file)

    def __str__(self) -> str:
        return ":".join(filter(None, (self.group, self.name, self.version, self.classifier)))


@dataclass(frozen=True, slots=True)
class Distribution:
    """A Neo4j server as its lock describes it."""

    product: str
    version: str
    main_class: str
    """Java class that runs the server."""
    admin_class: str
    """Java class of `neo4j-admin`."""
    java_options: tuple[str, ...]
    """Options of the Java machine that this version needs."""
    settings: Mapping[str, str]
    """Lines of neo4j.conf that this version needs, beside those made from the settings of the embedded server."""
    artifacts: tuple[Artifact, ...]
    disk_to_start: int = 256 * 1024 * 1024
    """Bytes that an empty database takes, with its transaction logs and room for the first writes."""

    @property
    def size(self) -> int:
        """Sum of all jars, in bytes."""
        return sum(artifact.size for artifact in self.artifacts)

    @classmethod
    def from_lock(cls, text: str) -> Self:
        """From the text of a lock file. Raises KeyError or ValueError when it is malformed."""
        lock = json.loads(text)
        return cls(
            product=lock["product"],
            version=lock["version"],
            main_class=lock["main_class"],
            admin_class=lock["admin_class"],
            java_options=tuple(lock["java_options"]),
            settings=lock["settings"],
            artifacts=tuple(Artifact.from_lock(**artifact) for artifact in lock["artifacts"]),
        )


@cache
def default_distribution() -> Distribution:
    """The server that this version of Chokepoint ships with."""
    return Distribution.from_lock(
        files("graph_schema.database.embedded").joinpath("neo4j.lock.json").read_text("utf-8")
    )
