"""Speed of the typed extraction against the bare spaCy pipeline on the same text, as a ratio; start-up; memory along the way.

    python -m benchmarks.extraction [--paragraphs 2000] [--repeat 3] [--json] [FILE…]

The text is the package's sample bulletins over and over, or the FILEs. Both sides read the same paragraphs through
`nlp.pipe` in the same process, turn by turn; a ratio of 1.0 means that extraction costs nothing beyond the parse.
Start-up is `chokepoint extract` of one line, in a new process: wall time, and the processor time in it, which a busy machine
does not stretch.
"""

import argparse
import itertools
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Article

START_UP = [sys.executable, "-m", "chokepoint", "extract", "-"]


def sample_paragraphs(paths: list[str]) -> list[str]:
    """Paragraphs of the files, or of the sample bulletins."""
    if paths:
        texts = [Path(path).read_text("utf-8") for path in paths]
    else:
        folder = files("loaders.sample")
        texts = [
            json.loads(line)["text"]
            for entry in folder.iterdir()
            if entry.name.endswith(".jsonl")
            for line in entry.read_text("utf-8").splitlines()
        ]
        texts += [entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".txt")]
    return [paragraph.strip() for text in texts for paragraph in text.split("\n") if len(paragraph.strip()) > 80]


def articles(paragraphs: list[str], count: int) -> Iterator[Article]:
    """`count` articles of one paragraph each."""
    for number, paragraph in enumerate(itertools.islice(itertools.cycle(paragraphs), count)):
        yield Article(f"p{number}", paragraph)


def memory_mb() -> float:
    """Largest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare(paragraphs: list[str], count: int) -> float:
    """Seconds that the bare pipeline takes."""
    nlp = spacy_extractor().nlp
    start = time.perf_counter()
    texts = itertools.islice(itertools.cycle(paragraphs), count)
    while batch := list(itertools.islice(texts, 64)):
        with nlp.memory_zone():
            for _ in nlp.pipe(batch, batch_size=16):
                pass
    return time.perf_counter() - start


def ours(paragraphs: list[str], count: int) -> tuple[float, int]:
    """Seconds that extraction takes, and how many triples it found."""
    start = time.perf_counter()
    found = sum(len(extraction.triples) for extraction in spacy_extractor().extract(articles(paragraphs, count)))
    return time.perf_counter() - start, found


def start_up_seconds() -> tuple[float, float]:
    """Wall and processor seconds of the command on one line; the second of two runs, so that the disk is warm."""
    for _ in range(2):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(START_UP, input=b"Intel tested tools.", check=True, capture_output=True)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--paragraphs", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--at-least", type=float, metavar="RATIO", default=0.0, help="exit with 1 below this ratio")
    options = parser.parse_args()
    paragraphs = sample_paragraphs(options.files)
    start_up, start_up_cpu = start_up_seconds()
    warm_up = min(options.paragraphs, 200)
    bare(paragraphs, warm_up)
    ours(paragraphs, warm_up)
    ratios, speeds, triples, memory = [], [], 0, [memory_mb()]
    for _ in range(options.repeat):
        one = bare(paragraphs, options.paragraphs)
        two, triples = ours(paragraphs, options.paragraphs)
        ratios.append(one / two)
        speeds.append(options.paragraphs / two)
        memory.append(memory_mb())
    result: dict[str, Any] = {
        "ratio": round(statistics.median(ratios), 3),
        "paragraphs_per_second": round(statistics.median(speeds), 1),
        "triples": triples,
        "start_up_s": round(start_up, 2),
        "start_up_cpu_s": round(start_up_cpu, 2),
        "memory_mb": [round(value) for value in memory],
    }
    if options.json:
        print(json.dumps(result))
    else:
        _print(result, options.paragraphs)
    if result["ratio"] < options.at_least:
        sys.exit(f"{result['ratio']} of the bare pipeline, expected at least {options.at_least}")


def _print(result: dict[str, Any], paragraphs: int) -> None:
    print(f"throughput  {result['ratio']:.2f} of the bare pipeline ({result['paragraphs_per_second']} paragraphs/s)")
    print(f"triples     {result['triples']} of {paragraphs} paragraphs")
    print(f"start-up    {result['start_up_s']:.1f} s ({result['start_up_cpu_s']:.1f} s of processor time)")
    print(f"memory      {' → '.join(map(str, result['memory_mb']))} MiB")


if __name__ == "__main__":
    main()
