"""`chokepoint load`: a command for each source, the bundled sample, and refused records once more."""

import inspect
from collections.abc import Callable
from importlib.resources import as_file, files
from typing import Annotated, Any

import typer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from graph_schema.exit_codes import ExitCode, exit_codes_line
from graph_schema.settings import read_settings
from loaders.cli.options import AsJson, BatchSize, DeadLetter, DryRun, Expect, Full, FullUnlessNot, Job, run
from loaders.loading.inputs import arguments_of, make_input
from loaders.loading.retrying import retried
from loaders.settings import LoadSettings
from loaders.sources.definition import Shown, SourceDefinition, definitions

app = typer.Typer(
    no_args_is_help=True,
    help="Bring triples and news into the graph. Loading the same input twice changes nothing; an interrupted load goes on "
    "where it stopped when it is started again.",
    epilog=exit_codes_line(
        {
            ExitCode.FAILED: "the source holds less or more than expected",
            ExitCode.DATABASE: "the database cannot answer, or another loader is writing",
        }
    ),
)


def command_of(source: SourceDefinition[Any, Any]) -> Callable[..., None]:
    """The command that loads a source: its arguments are the source's, its options those that all loads share."""
    fields = arguments_of(source).model_fields

    def load(
        *, job: str | None, batch_size: int | None, dead_letter: Any, dry_run: bool, as_json: bool, **given: Any
    ) -> None:
        full, expect = given.pop("full", False), given.pop("expect", None) or ()
        arguments = {name: value for name, value in given.items() if value is not None}
        input = make_input(source.name, arguments, read_settings(LoadSettings))
        run(
            [input],
            job or source.name,
            batch_size,
            dead_letter,
            dry_run=dry_run,
            as_json=as_json,
            full=full,
            expect=expect,
        )

    parameters = [_parameter(name, field) for name, field in fields.items()]
    parameters.sort(key=lambda parameter: parameter.default is not inspect.Parameter.empty)
    if source.full_by_default is not None:
        parameters.append(_keyword("full", FullUnlessNot if source.full_by_default else Full, source.full_by_default))
    if not source.of_text:
        parameters.append(_keyword("expect", Expect, None))
    shared = {"job": Job, "batch_size": BatchSize, "dead_letter": DeadLetter}
    parameters += [_keyword(name, annotation, None) for name, annotation in shared.items()]
    parameters += [_keyword("dry_run", DryRun, False), _keyword("as_json", AsJson, False)]
    vars(load)["__signature__"] = inspect.Signature(parameters)  # what typer reads
    load.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    load.__doc__ = source.about
    return load


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    """A field of a source's arguments as typer wants it: without a default an argument, else an option."""
    shown = next((each for each in field.metadata if isinstance(each, Shown)), Shown())
    least = next((each.ge for each in field.metadata if hasattr(each, "ge")), None)
    shape: dict[str, Any] = {"help": field.description, "metavar": shown.metavar, "min": least}
    if field.is_required():
        return _keyword(name, Annotated[field.annotation, typer.Argument(**shape)], inspect.Parameter.empty)
    if field.annotation is bool and not field.default:
        option = typer.Option(f"--{name.replace('_', '-')}", **shape)
    else:
        option = typer.Option(show_default=shown.default or True, **shape)
    default = None if field.default in (PydanticUndefined, []) else field.default
    return _keyword(name, Annotated[field.annotation, option], default)


for _source in definitions().values():
    app.command(_source.name)(command_of(_source))


@app.command()
def retry(
    path: Annotated[str, typer.Argument(metavar="FILE", help="A dead-letter file.")],
    base: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="File, or folder, of the source that tells what the records refer to."),
    ] = None,
    job: Job = None,
    batch_size: BatchSize = None,
    dead_letter: DeadLetter = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Load refused records again, after `raw` in the dead-letter file was mended."""
    with retried(path, base=base or (), settings=read_settings(LoadSettings)) as inputs:
        run(inputs, job or "retry", batch_size, dead_letter, dry_run=dry_run, as_json=as_json)


@app.command()
def sample(job: str = "sample", as_json: AsJson = False) -> None:
    """Load the bundled sample: a few bulletins and a table of statements about chips, tariffs and rare earths."""
    settings = read_settings(LoadSettings)
    with as_file(files("loaders.sample")) as folder:
        inputs = [
            make_input("news", {"paths": [str(folder / "bulletins.jsonl")]}, settings),
            make_input("triples", {"paths": [str(folder / "statements.csv")]}, settings),
        ]
        run(inputs, job, None, None, dry_run=False, as_json=as_json)
