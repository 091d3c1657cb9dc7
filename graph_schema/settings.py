"""Settings of the connection and of the embedded server, read once from the environment and handed down."""

import os
from pathlib import Path
from typing import Any, Self, TypeVar

import platformdirs
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph_schema.errors import SettingsError

S = TypeVar("S", bound=BaseSettings)


def read_settings(kind: type[S]) -> S:
    """Settings of this kind from the environment, or from files named as the variables, in lower case, in /run/secrets.

    An empty variable counts as absent. CHOKEPOINT_SECRETS names another folder. Raises SettingsError naming what is wrong.
    """
    try:
        return kind(_env_ignore_empty=True, **_from_files(kind))
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        problems = (
            f"{prefix + str(problem['loc'][0]).upper()}: {problem['msg']}"
            if problem["loc"]
            else problem["msg"].removeprefix("Value error, ")
            for problem in error.errors(include_url=False)
        )
        raise SettingsError("; ".join(problems)) from error


def _from_files(kind: type[BaseSettings]) -> dict[str, Any]:
    """Values by field name; the environment goes first."""
    folder = Path(os.environ.get("CHOKEPOINT_SECRETS", "/run/secrets"))
    prefix = kind.model_config.get("env_prefix", "").lower()
    values: dict[str, Any] = {}
    for field in kind.model_fields if folder.is_dir() else ():
        if not os.environ.get((prefix + field).upper()):
            try:
                text = (folder / (prefix + field)).read_text("utf-8").strip()
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"cannot read the secret {folder / (prefix + field)}: {error}") from error
            if text:
                values[field] = text
    return values


class GraphSettings(BaseSettings):
    """Where the graph lives. Without a URI it is the embedded Neo4j."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_NEO4J_", frozen=True, use_attribute_docstrings=True)

    uri: str | None = Field(default=None, pattern=r"^(neo4j|bolt)(\+s|\+ssc)?://.+")
    """Address of a Neo4j to use instead of the embedded one: neo4j://, neo4j+s:// or bolt://."""
    user: str = "neo4j"
    """User name at that Neo4j."""
    password: SecretStr | None = None
    """Password at that Neo4j; needed whenever a URI is given."""
    database: str | None = None
    """Database to use; the user's home database when empty."""
    connect_timeout_s: float = Field(default=5.0, gt=0)
    """Longest wait for a connection, in seconds, before the graph counts as unavailable."""
    read_timeout_s: float = Field(default=30.0, gt=0)
    """Longest a read transaction may run, in seconds."""
    write_timeout_s: float = Field(default=120.0, gt=0)
    """Longest a write transaction may run, in seconds."""
    slow_query_s: float = Field(default=1.0, gt=0)
    """A query that takes so many seconds or more is logged by the service and by jobs, with its name and the sizes of its
    parameters."""

    @model_validator(mode="after")
    def _password_with_uri(self) -> Self:
        if self.uri is not None and self.password is None:
            raise ValueError("CHOKEPOINT_NEO4J_URI is set but CHOKEPOINT_NEO4J_PASSWORD is not")
        return self


class EmbeddedSettings(BaseSettings):
    """Where the embedded Neo4j keeps its files and what it may take of the machine."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_", frozen=True, use_attribute_docstrings=True)

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("chokepoint"))
    """Folder of the embedded database: data, logs, password."""
    cache: Path = Field(default_factory=lambda: platformdirs.user_cache_path("chokepoint"))
    """Folder of the downloaded server, shared by all databases of this user."""
    maven_repository: str | None = Field(default=None, pattern=r"^https?://.+")
    """Maven repository to download the server from, as a company's mirror; Maven Central when empty."""
    bolt_port: int | None = Field(default=None, ge=0, le=65535)
    """Bolt port; when empty 7687, or a free one if that is taken; 0: any free one."""
    http_port: int | None = Field(default=None, ge=0, le=65535)
    """Port of Neo4j Browser; when empty 7474, or a free one if that is taken; 0: any free one."""
    browser_content: str = Field(default="http://127.0.0.1:8000", pattern=r"^(https?://.+|none)$")
    """Address of a running service, from which Neo4j Browser takes guide and style when it connects; `none`: it takes nothing."""
    heap_mb: int = Field(default=512, ge=256)
    """Java heap of the server, in MiB."""
    page_cache_mb: int = Field(default=256, ge=32)
    """Page cache of the server, in MiB."""
    start_timeout_s: float = Field(default=120.0, gt=0)
    """Longest wait for the server to answer its first query, in seconds."""
