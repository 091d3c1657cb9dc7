"""`jobs.yaml`: what is loaded when. Every mistake in it is named with its line and field before anything runs."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from graph_schema.errors import ChokepointError, SettingsError
from graph_schema.yaml_files import YamlFile
from loaders.loading.expectations import Expectation
from loaders.loading.inputs import arguments_of
from loaders.sources.definition import checked, definitions

_INTERVAL: TypeAdapter[dt.timedelta] = TypeAdapter(dt.timedelta)
_SHORTEST = dt.timedelta(seconds=1)


def _duration(value: object) -> dt.timedelta:
    if not isinstance(value, str) or not value.startswith("P"):
        raise ValueError("write a duration by ISO 8601, as PT30M or P1D")
    try:
        duration = _INTERVAL.validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{value!r} is no duration by ISO 8601, as PT30M or P1D") from error
    if duration < _SHORTEST:
        raise ValueError("at least one second")
    return duration


class JobDefinition(BaseModel):
    """One job."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
    """Unique; lower case, digits, hyphens."""
    source: str
    """What is loaded: a command of `chokepoint load`."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """As the options of `chokepoint load` for that source."""
    schedule: str
    """Cron (`15 4 * * *`) or an interval by ISO 8601 (`PT6H`)."""
    timezone: str = "UTC"
    """Of a cron schedule."""
    full: bool | None = None
    """Each delivery is all that the source states; as `chokepoint load` has it unless given."""
    expect: tuple[str, ...] = ()
    """As `200..5000 companies`."""
    timeout: dt.timedelta = dt.timedelta(hours=6)
    """Longest that one attempt may take."""
    retries: int = Field(default=3, ge=0, le=20)
    """Further attempts after one that failed for a passing reason."""
    backoff: dt.timedelta = dt.timedelta(seconds=30)
    """Wait before the first further attempt; each later wait is twice as long."""

    @field_validator("timeout", "backoff", mode="before")
    @classmethod
    def _durations(cls, value: object) -> dt.timedelta:
        return _duration(value)

    @field_validator("expect")
    @classmethod
    def _expectations(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for words in value:
                Expectation.parse(words)
        except SettingsError as error:
            raise ValueError(str(error)) from error
        return value

    @model_validator(mode="after")
    def _complete(self) -> "JobDefinition":
        definition = definitions().get(self.source)
        if definition is None:
            raise ValueError(f"source {self.source!r} is unknown; expected one of {', '.join(definitions())}")
        if self.full and definition.full_by_default is None:
            raise ValueError(f"a delivery of {self.source} is never all that it states: leave out `full`")
        if self.expect and definition.of_text:
            raise ValueError(f"{self.source} is not counted before it is loaded: leave out `expect`")
        try:
            if self.next_run(dt.datetime.now(dt.UTC)) is None:
                raise ValueError("never comes")
        except (ValueError, OverflowError) as error:
            raise ValueError(
                f"schedule {self.schedule!r}: {error}; write cron as 15 4 * * * or an interval as PT6H"
            ) from error
        return self

    @property
    def is_full(self) -> bool:
        """Whether what the source no longer states has ended."""
        return bool(definitions()[self.source].full_by_default if self.full is None else self.full)

    def trigger(self) -> BaseTrigger:
        """When it runs."""
        if self.schedule.startswith("P"):
            return IntervalTrigger(seconds=int(_duration(self.schedule).total_seconds()), timezone=dt.UTC)
        try:
            return CronTrigger.from_crontab(self.schedule, timezone=self.timezone)
        except (LookupError, ValueError) as error:
            raise ValueError(str(error)) from error

    def next_run(self, after: dt.datetime) -> dt.datetime | None:
        """The first time after `after` that it is due."""
        found: dt.datetime | None = self.trigger().get_next_fire_time(None, after)
        return found

    @property
    def expectations(self) -> Sequence[Expectation]:
        """`expect`, parsed."""
        return tuple(map(Expectation.parse, self.expect))


def read_jobs(path: Path) -> list[JobDefinition]:
    """The jobs of a file in its order. Raises SettingsError naming the line and field of every mistake."""
    file = YamlFile.read(path)
    problems: list[str] = []
    jobs: list[JobDefinition] = []
    for number, row in enumerate(file.rows("jobs")):
        try:
            job = JobDefinition.model_validate(row)
            if any(other.name == job.name for other in jobs):
                problems.append(f"{file.place('jobs', number, 'name')}: name {job.name!r} is given to two jobs")
            checked(arguments_of(definitions()[job.source]), job.arguments)
            jobs.append(job)
        except ValidationError as error:
            problems += file.problems(error, "jobs", number)
        except ChokepointError as error:
            problems.append(f"{file.place('jobs', number, 'arguments')}: arguments: {error}")
    if problems:
        raise SettingsError("\n       ".join(problems))
    return jobs
