"""How well text is read, measured on annotated passages: `make bench-reading`, or

    python -m benchmarks.reading [--extractor rules|reader|llm|reader+llm]… [--predicted NAME=FILE]… [--gold FILE…]

Without --gold: the open benchmark in benchmarks/gold and, where CHOKEPOINT_SHARED names a folder with gold/real.jsonl, real text
too, which may not be redistributed. A FILE of predictions has the lines that `chokepoint extract` prints, `doc` being a
passage's id. An extractor that has learned from the passages must be measured so: on predictions of its cross-validation.
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.reading.page import write_measured
from benchmarks.reading.passages import Passage, gold_files, read_passages
from benchmarks.reading.report import Measured, report
from benchmarks.reading.scoring import Prediction, score
from graph_schema.errors import ChokepointError, MalformedRecord
from loaders.extraction.choosing import Choice, ExtractorKind, make_extractor
from loaders.extraction.rows import typed_row


def main() -> int:
    """Measure and print; 2 on usage, 4 where a file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reading", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--extractor",
        action="append",
        choices=[kind.value for kind in ExtractorKind],
        default=[],
        help="default: rules; the reader has learned from the open benchmark, what it is worth stands in docs/reader.md",
    )
    parser.add_argument("--predicted", action="append", metavar="NAME=FILE", default=[], help="score these lines")
    parser.add_argument("--gold", nargs="+", type=Path, metavar="FILE", help="own passages instead")
    parser.add_argument(
        "--by", choices=("publisher", "source"), default="publisher", help="what figures are broken down by"
    )
    parser.add_argument("--errors", type=int, metavar="N", default=0, help="print up to N missed and N wrong triples")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the figures between the markers of this page")
    options = parser.parse_args()
    if not options.extractor and not options.predicted:
        options.extractor = [ExtractorKind.RULES.value]
    if (wrong := next((each for each in options.predicted if "=" not in each), None)) is not None:
        parser.error(f"--predicted {wrong}: expected NAME=FILE")
    try:
        measured = list(_measure(_sets(options.gold), options))
    except ChokepointError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if options.write is not None:
        write_measured(options.write, measured)
    if options.json:
        print(json.dumps([{"set": each.set, "reader": each.reader, **each.score.as_json()} for each in measured]))
    else:
        print("\n\n".join(report(each, errors=options.errors) for each in measured))
    return 0


def _sets(files: Sequence[Path] | None) -> Iterator[tuple[str, list[Passage]]]:
    """Names and passages of the sets to measure on."""
    if files is not None:
        yield ", ".join(file.name for file in files), read_passages(files)
        return
    yield "open benchmark", read_passages(gold_files())
    shared = Path(os.environ.get("CHOKEPOINT_SHARED") or Path(__file__).parents[3] / "shared")
    real = shared / "gold" / "real.jsonl"
    if real.exists():
        print(f"real text of {real} is measured too; it may not be redistributed", file=sys.stderr)
        yield "real text", read_passages([real])


def _measure(sets: Iterator[tuple[str, list[Passage]]], options: argparse.Namespace) -> Iterator[Measured]:
    def group(passage: Passage) -> str:
        return str(getattr(passage, options.by))

    for name, passages in sets:
        readers: list[tuple[str, Iterator[Prediction]]] = [
            *((kind, _extracted(ExtractorKind(kind), passages)) for kind in options.extractor),
            *((label, _stored(Path(file))) for label, _, file in (each.partition("=") for each in options.predicted)),
        ]
        for reader, predictions in readers:
            yield Measured(name, reader, score(passages, predictions, group), Counter(map(group, passages)))


def _extracted(kind: ExtractorKind, passages: Sequence[Passage]) -> Iterator[Prediction]:
    for extraction in make_extractor(Choice(kind)).extract(passage.article for passage in passages):
        if extraction.problem is not None:
            print(f"{extraction.article.key}: {extraction.problem}", file=sys.stderr)
        for triple in extraction.triples:
            yield Prediction.from_row(typed_row(extraction.article, triple))


def _stored(file: Path) -> Iterator[Prediction]:
    for number, line in enumerate(file.read_text("utf-8").split("\n"), 1):
        if line.strip():
            try:
                yield Prediction.from_row(json.loads(line))
            except (ValueError, TypeError) as error:
                raise MalformedRecord(str(file), number, None, f"is not JSON: {error}") from None
            except KeyError as error:
                raise MalformedRecord(str(file), number, str(error.args[0]), "is missing") from None


if __name__ == "__main__":
    sys.exit(main())
