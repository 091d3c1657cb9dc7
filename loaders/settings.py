"""Settings of loads, read once from the environment and handed down."""

from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from loaders.extraction.choosing import DEFAULT, ExtractorKind


class LoadSettings(BaseSettings):
    """How loads run."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_LOAD_", frozen=True, use_attribute_docstrings=True)

    batch_size: int = Field(default=2_500, ge=1, le=50_000)
    """Statements written in one transaction."""
    dead_letters: Path = Field(default_factory=lambda: platformdirs.user_state_path("chokepoint") / "dead-letters")
    """Folder of the files that keep refused records."""
    patience_s: float = Field(default=120.0, ge=0)
    """Longest wait, in seconds, for a database that stops answering during a load."""
    writer_wait_s: float = Field(default=300.0, ge=0)
    """Longest wait, in seconds, for another loader that writes to the same graph."""
    extractor: ExtractorKind = DEFAULT
    """What reads texts, unless a command or job says otherwise; also those that the API takes in."""
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    """Statements of texts that are less sure are left out; where nothing is set, the extractor's own limit holds."""
    processes: int = Field(default=1, ge=1)
    """How many processes read texts; for a language model see CHOKEPOINT_LLM_CONCURRENCY."""
    feed_state: Path = Field(default_factory=lambda: platformdirs.user_state_path("chokepoint") / "feeds.json")
    """File that keeps what is known of feeds and pages that were loaded, so that unchanged ones are not read again."""


JOBS_FILE = Path("jobs.yaml")


class JobSettings(BaseSettings):
    """Where jobs are defined that the service may start."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_JOBS_", frozen=True, use_attribute_docstrings=True)

    file: Path = JOBS_FILE
    """The file that defines the jobs; `chokepoint jobs list --file` names another, and so do `run` and `start`."""
