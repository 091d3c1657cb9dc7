"""`chokepoint load ftm|eto|gdelt|feed|retry`: sources that are read as they are published."""

from typing import Annotated

import typer

from graph_schema.settings import read_settings
from loaders.cli.options import AsJson, BatchSize, DeadLetter, DryRun, Expect, Full, Job, SourceName, run
from loaders.extraction.extractor import Extractor
from loaders.loading.source_input import SourceInput
from loaders.settings import LoadSettings
from loaders.sources.lines import opened

app = typer.Typer()
Files = Annotated[list[str], typer.Argument(metavar="FILE…")]


@app.command()
def ftm(
    paths: Files,
    base: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="File that only tells the names of what the others refer to."),
    ] = None,
    name: SourceName = None,
    full: Full = False,
    expect: Expect = None,
    job: Job = None,
    batch_size: BatchSize = None,
    dead_letter: DeadLetter = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Load entities of FollowTheMoney or OpenSanctions: sanctions lists, ownership, roles, family, payments.

    A line is an entity, or a change {"op": "ADD"|"MOD"|"DEL", "entity": …}. A listing that ended is kept with both dates; what
    a later file says of an entity replaces what an earlier one said.
    """
    from loaders.sources.followthemoney import FollowTheMoney

    _check(*paths, *(base or ()))
    input = SourceInput(FollowTheMoney(paths, base or ()), name)
    run(
        [input], job or "ftm", batch_size, dead_letter, dry_run=dry_run, as_json=as_json, full=full, expect=expect or ()
    )


@app.command()
def eto(
    folder: Annotated[str, typer.Argument(help="Folder with stages, inputs, providers, provision and sequence.csv.")],
    name: SourceName = None,
    full: Full = True,
    expect: Expect = None,
    job: Job = None,
    batch_size: BatchSize = None,
    dead_letter: DeadLetter = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Load the chip supply chain of the Emerging Technology Observatory: who provides what, with which share, and what goes
    into what.
    """
    from loaders.sources.eto import SupplyChain

    input = SourceInput(SupplyChain(folder), name or "eto")
    _check(*input.records_of.paths)
    run(
        [input], job or "eto", batch_size, dead_letter, dry_run=dry_run, as_json=as_json, full=full, expect=expect or ()
    )


@app.command()
def gdelt(
    exports: Files,
    mentions: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="Mentions of the events; may be given several times.")
    ] = None,
    name: SourceName = None,
    expect: Expect = None,
    job: Job = None,
    batch_size: BatchSize = None,
    dead_letter: DeadLetter = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Load GDELT 2.0 event exports: what one country does to another, by CAMEO code, with the articles that say so."""
    from loaders.sources.gdelt import Gdelt

    _check(*exports, *(mentions or ()))
    input = SourceInput(Gdelt(exports, mentions or ()), name)
    run([input], job or "gdelt", batch_size, dead_letter, dry_run=dry_run, as_json=as_json, expect=expect or ())


@app.command()
def feed(
    urls: Annotated[list[str], typer.Argument(metavar="URL…", help="RSS or Atom feeds, or pages.")],
    follow: Annotated[bool, typer.Option(help="Fetch the pages that a feed links to.")] = True,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from private networks and this machine too.")
    ] = False,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between two requests to one host.")] = 1.0,
    timeout: Annotated[float, typer.Option(min=1, help="Longest wait for one page, in seconds.")] = 20.0,
    most_kib: Annotated[int, typer.Option(min=1, help="Longest page that is read, in KiB.")] = 10_240,
    again: Annotated[bool, typer.Option("--again", help="Read also what has not changed since the last time.")] = False,
    job: Job = None,
    batch_size: BatchSize = None,
    dead_letter: DeadLetter = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Extract statements from feeds and pages of the web, and load them.

    robots.txt is respected, and what has not changed since the last load is not read again.
    """
    from loaders.loading.feed_input import FeedInput  # what it needs takes a second to import
    from loaders.sources.feed import FeedReader, FeedState
    from loaders.sources.fetching import Limits

    limits = Limits(allow_private, timeout, most_kib * 1024, pause)
    path = read_settings(LoadSettings).feed_state
    state = FeedState(path) if again else FeedState.read(path)
    input = FeedInput(FeedReader(urls, state, limits, follow), _extractor())
    run([input], job or "feed", batch_size, dead_letter, dry_run=dry_run, as_json=as_json, succeeded=state.save)


@app.command()
def retry(
    path: Annotated[str, typer.Argument(metavar="FILE", help="A dead-letter file.")],
    header: Annotated[
        str | None, typer.Option(help="Header of the table that rows came from, as it stands there.")
    ] = None,
    base: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="File that tells the names of FollowTheMoney entities.")
    ] = None,
    job: Job = None,
    batch_size: BatchSize = None,
    dead_letter: DeadLetter = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Load refused records again, after `raw` in the dead-letter file was mended."""
    from loaders.loading.retrying import retried

    with retried(path, header=header, base=base or (), extractor=_extractor) as inputs:
        run(inputs, job or "retry", batch_size, dead_letter, dry_run=dry_run, as_json=as_json)


def _extractor() -> Extractor:
    from loaders.extraction.spacy_rules import spacy_extractor

    return spacy_extractor()


def _check(*paths: str) -> None:
    for path in paths:
        with opened(path):
            pass
