"""`chokepoint load`: triples, news, published sources and the bundled sample into the graph."""

from importlib.resources import as_file, files
from typing import Annotated

import typer

from loaders.cli import sources as sources_cli
from loaders.cli.options import AsJson, BatchSize, DeadLetter, DryRun, Expect, Full, run
from loaders.extraction.extractor import Extractor
from loaders.loading.inputs import Input, NewsInput, TripleInput
from loaders.sources.lines import opened
from loaders.sources.news import article_files
from loaders.sources.triples import TripleFormat

app = typer.Typer(
    no_args_is_help=True,
    help="Bring triples and news into the graph. Loading the same input twice changes nothing; an interrupted load goes on "
    "where it stopped when it is started again.",
    epilog="Exit codes: 0 done · 1 the source holds less or more than expected · 2 usage or settings · 3 done, but records "
    "were refused · 4 input cannot be read · 5 database cannot answer, or another loader is writing · 6 embedded server cannot "
    "start · 130 interrupted.",
)
app.add_typer(sources_cli.app)


@app.command()
def triples(
    paths: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="JSON lines, CSV, TSV or Parquet files; - for standard input.")
    ],
    format: Annotated[
        TripleFormat | None, typer.Option(help="Format, where the file's name and first line do not tell.")
    ] = None,
    full: Full = False,
    expect: Expect = None,
    job: Annotated[str, typer.Option(help="Name of the job in the run's record.")] = "triples",
    batch_size: BatchSize = None,
    dead_letter: DeadLetter = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Load statements with the columns subject, predicate, object and what else is known of them.

    Also read: subject_type, object_type, relation, sentence, url, title, publisher, published, date, valid_from, valid_to,
    modality, confidence, role, attribution. Dates are YYYY-MM-DD. Types that are missing are inferred; a predicate that the
    vocabulary lacks is kept as RELATED_TO with its words.
    """
    for path in paths:
        with opened(path):
            pass
    input = TripleInput(paths, format)
    run([input], job, batch_size, dead_letter, dry_run=dry_run, as_json=as_json, full=full, expect=expect or ())


@app.command()
def news(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH…", help="Texts, folders of *.txt, HTML pages, JSON lines, Parquet; - for standard input."
        ),
    ],
    job: Annotated[str, typer.Option(help="Name of the job in the run's record.")] = "news",
    batch_size: BatchSize = None,
    dead_letter: DeadLetter = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Extract statements from news and load them.

    A line of a .jsonl file is {"text", "id", "title", "url", "publisher", "published", "language"}; only text is needed. A
    text whose address was loaded before replaces what was found there then.
    """
    article_files(paths)
    run([NewsInput(paths, _extractor())], job, batch_size, dead_letter, dry_run=dry_run, as_json=as_json)


@app.command()
def sample(job: str = "sample", as_json: AsJson = False) -> None:
    """Load the bundled sample: a few bulletins and a table of statements about chips, tariffs and rare earths."""
    with as_file(files("loaders.sample")) as folder:
        inputs: list[Input] = [
            NewsInput([str(folder / "bulletins.jsonl")], _extractor()),
            TripleInput([str(folder / "statements.csv")]),
        ]
        run(inputs, job, None, None, dry_run=False, as_json=as_json)


def _extractor() -> Extractor:
    """The default extractor; imported here, for loading triples should not wait for a language model."""
    from loaders.extraction.spacy_rules import spacy_extractor

    return spacy_extractor()
