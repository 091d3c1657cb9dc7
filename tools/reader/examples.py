"""Annotated passages made into what the network learns from: windows with mentions, links and relations as numbers.

python -m tools.reader.examples OUTPUT.pickle --tokenizer tokenizer.json GOLD.jsonl…
"""

import argparse
import json
import pickle
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from loaders.extraction.reader.clustering import TextMention
from loaders.extraction.reader.labels import Labels
from loaders.extraction.reader.relations import SENTENCES_APART
from loaders.extraction.reader.windows import sentence_ends, windows
from tools.reader.example import Example

FALLBACK = "RELATED_TO"


def mention_spans(passage: dict[str, Any]) -> list[tuple[int, int, int]]:
    """(start, end, number of entity) of every mention; found by their words where their places were not marked."""
    entities = passage["entities"]
    if any(entity.get("spans") for entity in entities):
        found = {
            (start, end): number
            for number, entity in reversed(list(enumerate(entities)))
            for start, end in entity.get("spans", ())
        }
        return sorted((start, end, number) for (start, end), number in found.items())
    candidates = []
    for number, entity in enumerate(entities):
        for words in {*entity.get("mentions", ()), entity["name"]}:
            pattern = (r"(?<!\w)" if words[:1].isalnum() and ord(words[0]) < 0x2E80 else "") + re.escape(words)
            pattern += r"(?!\w)" if words[-1:].isalnum() and ord(words[-1]) < 0x2E80 else ""
            candidates += [(match.start(), match.end(), number) for match in re.finditer(pattern, passage["text"])]
    candidates.sort(key=lambda each: (each[0] - each[1], each[0], each[2]))
    chosen: list[tuple[int, int, int]] = []
    for start, end, number in candidates:
        # within a longer name another entity may be named (the Gumi line), but not the longer one itself
        if all(
            end <= a or b <= start or (a <= start and end <= b and number != n and (start, end) != (a, b))
            for a, b, n in chosen
        ):
            chosen.append((start, end, number))
    return sorted(chosen)


def examples(passage: dict[str, Any], tokenizer: Tokenizer, labels: Labels) -> list[Example]:
    """The windows of one passage."""
    text = passage["text"]
    entities = passage["entities"]
    number_of_type = {name: place for place, name in enumerate(labels.types)}
    number = {entity["name"]: place for place, entity in enumerate(entities)}
    where = mention_spans(passage)
    marked = any(entity.get("spans") for entity in entities)
    ends = sentence_ends(text)
    stated: defaultdict[tuple[int, int], list[tuple[str, str, tuple[int, int] | None]]] = defaultdict(list)
    speakers: list[tuple[int, tuple[int, int]]] = []
    for triple in passage["triples"]:
        if triple["subject"] not in number or triple["object"] not in number:
            continue
        at = text.find(triple["evidence"]) if triple.get("evidence") else -1
        evidence = None if at < 0 else (at, at + len(triple["evidence"]))
        stated[number[triple["subject"]], number[triple["object"]]].append(
            (triple["relation"], triple["modality"], evidence)
        )
        if triple.get("attribution") in number and evidence is not None:
            speakers.append((number[triple["attribution"]], evidence))
    result = []
    for window in windows(text, tokenizer):
        mentions, first, last, types, owners, speaks = [], [], [], [], [], []
        for start, end, owner in where:
            place = window.pieces(start, end)
            if place is None or window.sentences[place[0]] != window.sentences[place[1]]:
                continue
            sentence = int(window.sentences[place[0]])
            mentions.append(TextMention(start, end, text[start:end], entities[owner]["type"], sentence))
            first.append(place[0])
            last.append(place[1])
            types.append(number_of_type[entities[owner]["type"]])
            owners.append(owner)
            low, high = ends[sentence]
            speaks.append(any(owner == who and a < high and b > low for who, (a, b) in speakers))
        example = Example(
            passage["id"],
            passage.get("publisher") or passage["id"],
            window,
            text,
            mentions,
            first,
            last,
            types,
            owners,
            speaks,
            pronouns=marked,
        )
        _relations(example, stated, labels)
        result.append(example)
    return result


def _held(
    example: Example, near: list[tuple[int, int, bool]], evidence: tuple[int, int] | None
) -> list[tuple[int, int, bool]]:
    """The pairs of mentions that the evidence holds; where it holds one end alone, the nearest pair."""
    if evidence is None:
        return near

    def inside(number: int) -> bool:
        return example.mentions[number].start < evidence[1] and example.mentions[number].end > evidence[0]

    def distance(pair: tuple[int, int, bool]) -> int:
        return example.first[pair[1]] - example.first[pair[0]]

    if both := [pair for pair in near if inside(pair[0]) and inside(pair[1])]:
        return both
    if half := [pair for pair in near if inside(pair[0]) or inside(pair[1])]:
        return [min(half, key=distance)]
    seen = example.window.starts[1] <= evidence[0] and evidence[1] <= example.window.ends[-2]
    return [min(near, key=distance)] if seen else []


def _relations(
    example: Example, stated: dict[tuple[int, int], list[tuple[str, str, tuple[int, int] | None]]], labels: Labels
) -> None:
    place = {label: number for number, label in enumerate(labels.relations)}
    by_owner: defaultdict[int, list[int]] = defaultdict(list)
    for number, owner in enumerate(example.entities):
        by_owner[owner].append(number)
    for (subject, object), triples in stated.items():
        if subject == object:
            continue
        near = [
            (min(a, b), max(a, b), b < a)
            for a in by_owner.get(subject, ())
            for b in by_owner.get(object, ())
            if abs(example.mentions[a].sentence - example.mentions[b].sentence) <= SENTENCES_APART
        ]
        if not near:
            continue
        for relation, modality, evidence in triples:
            held = _held(example, near, evidence)
            named: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
            for one, other, reversed in held:
                if (label := place.get((relation, reversed and relation not in labels.symmetric))) is not None:
                    named[label].append((one, other))
            positive = {(one, other, label) for label, pairs in named.items() for one, other in pairs}
            for label, pairs in named.items():
                example.groups.append((pairs, label, labels.modalities.index(modality)))
            # the same pair elsewhere: it may or may not be stated there
            for one, other, reversed in near:
                label = place.get((relation, reversed and relation not in labels.symmetric))
                if label is not None and (one, other, label) not in positive:
                    example.ignored.append((one, other, label))


def pair_sentences(path: Path, tokenizer: Tokenizer, labels: Labels) -> list[Example]:
    """CORE's sentences: each tells of one pair of firms."""
    meaning: dict[str, tuple[tuple[str, ...], str]] = {
        "product_or_service_of": (("PRODUCES",), "rev"),
        "brand_of": (("PRODUCES",), "rev"),
        "acquired_by": (("ACQUIRES",), "rev"),
        "merged_with": (("ACQUIRES",), "sym"),
        "collaboration": (("PARTNERS_WITH",), "sym"),
        "client_of": (("SUPPLIES",), "rev"),
        "shareholder_of": (("OWNS", "INVESTS_IN"), "fwd"),
        "subsidiary_of": (("SUBSIDIARY_OF",), "fwd"),
        "competitor_of": (("COMPETES_WITH",), "sym"),
        "regulated_by": (("REGULATES",), "rev"),
        "traded_on": ((), "fwd"),
        "undefined": ((), "fwd"),
    }
    place = {label: number for number, label in enumerate(labels.relations)}
    number_of_type = {name: at for at, name in enumerate(labels.types)}
    found = []
    for row in json.loads(path.read_text("utf-8")):
        words = row["context"]
        starts, text = [], ""
        for word in words:
            if text and word not in ",.;:)'’" and not word.startswith(("'", "’")):
                text += " "
            starts.append(len(text))
            text += word
        spans = [
            (starts[row[f"{end}_start"]], starts[row[f"{end}_end"]] + len(words[row[f"{end}_end"]]))
            for end in ("e1", "e2")
        ]
        relations, direction = meaning[row["relation"]]
        types = ["Company", "Company"]
        if row["relation"] in {"product_or_service_of", "brand_of"}:
            types[0 if not row["invert_relation"] else 1] = "Product"
        if row["relation"] == "regulated_by":
            types[1 if not row["invert_relation"] else 0] = "GovernmentBody"
        if row["invert_relation"]:
            direction = {"fwd": "rev", "rev": "fwd", "sym": "sym"}[direction]
        window = next(windows(text.replace("\n", " "), tokenizer, 200))
        order = [0, 1] if spans[0] < spans[1] else [1, 0]
        places = [window.pieces(*spans[end]) for end in order]
        if places[0] is None or places[1] is None or spans[0] == spans[1]:
            continue
        mentions = [
            TextMention(*spans[end], text[spans[end][0] : spans[end][1]], types[end], int(window.sentences[at[0]]))
            for end, at in zip(order, places, strict=True)
            if at
        ]
        example = Example(
            f"core/{row['id']}",
            "core",
            window,
            text,
            mentions,
            [at[0] for at in places if at],
            [at[1] for at in places if at],
            [number_of_type[types[end]] for end in order],
            [0, 1],
            [False, False],
            whole=False,
        )
        swapped = order == [1, 0]
        if len(relations) == 1:
            relation = relations[0]
            if direction == "sym" and relation not in labels.symmetric:
                # which one bought the other is not told
                example.ignored += [(0, 1, place[relation, reversed]) for reversed in (False, True)]
            else:
                reversed = relation not in labels.symmetric and ((direction == "rev") != swapped)
                example.groups.append(([(0, 1)], place[relation, reversed], labels.modalities.index("asserted")))
        elif relations:
            example.ignored += [
                (0, 1, place[relation, reversed]) for relation in relations for reversed in (False, True)
            ]
        example.ignored.extend(
            (0, 1, number) for number, (relation, _) in enumerate(labels.relations) if relation == FALLBACK
        )
        found.append(example)
    return found


def make_labels() -> Labels:
    """The labels of today's vocabulary."""
    from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary

    known = vocabulary()
    symmetric = tuple(
        sorted(relation for relation in RelationType if relation != FALLBACK and known.relations[relation].symmetric)
    )
    relations = []
    for relation in sorted(RelationType):
        relations.append((str(relation), False))
        if relation not in symmetric:
            relations.append((str(relation), True))
    admitted = tuple(
        (str(subject), str(relation), str(object))
        for subject in EntityType
        for relation in RelationType
        for object in EntityType
        if relation == FALLBACK or known.admits(subject, relation, object)
    )
    return Labels(
        tuple(map(str, EntityType)), tuple(relations), tuple(map(str, Modality)), tuple(map(str, symmetric)), admitted
    )


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of the base, without its limits."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def main() -> None:
    """Write the examples of all passages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--core", type=Path)
    options = parser.parse_args()
    tokenizer, labels = load_tokenizer(options.tokenizer), make_labels()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    passages = [
        json.loads(line) for path in options.gold for line in path.read_text("utf-8").splitlines() if line.strip()
    ]
    made = [example for passage in passages for example in examples(passage, tokenizer, labels)]
    extra = pair_sentences(options.core, tokenizer, labels) if options.core else []
    with options.output.open("wb") as file:
        pickle.dump((labels, made, extra), file)
    print(
        len(passages),
        "passages",
        len(made),
        "windows",
        len(extra),
        "pair sentences",
        sum(len(each.mentions) for each in made),
        "mentions",
        sum(len(each.groups) for each in made),
        "groups",
    )


if __name__ == "__main__":
    main()
