"""Annotated passages are written in compact mark-up; this checks it and makes JSON lines of it.

    python -m benchmarks.reading.markup FILE.txt… [--out GOLD.jsonl]

One sentence a line, mentions in braces with the number of their entity (one may hold another), then entities and triples:

    # wa-01 | trade press | 2025-03-04 | invented
    {1:Velmora Semiconductor}, a {2:Dutch} maker of {3:photomasks}, said on Tuesday {1:it} would buy {4:Kestrel Photonics}.
    {4:The British firm} supplies {5:Ostrava Laser}, according to {6:Ada Renn}, {4:its} chief executive.
    E 1 Company Velmora Semiconductor
    E 2 Country Netherlands
    T 1 LOCATED_IN 2
    T 1 ACQUIRES 4 planned
    T 4 SUPPLIES 5 asserted by=6 s=2
    T 6 HOLDS_ROLE_AT 4 role=chief executive

The head: id, hand, day, `invented` or `real`. After a triple's object: a modality (none: asserted), by=ENTITY (who is said to
state it), s=N (the sentence that states it; none: the first that names both ends, or two neighbours that do), date=YYYY-MM-DD,
and last role=… or pred=… (the words of a RELATED_TO). Every fault is printed; exit 1 where there is one.
"""

import argparse
import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from benchmarks.reading.passages import GoldEntity, GoldTriple, Passage
from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary

SHORTEST, LONGEST = 250, 2_600
"""Characters of a passage."""
FEWEST_TRIPLES = 4
_PRONOUN = re.compile(
    r"it|its|itself|he|his|him|himself|she|her|hers|herself|they|their|them|themselves|both|who|whose|whom|which|that|we|our|ours"
    r"|us|i|my|one|each|this|these|those|neither|either|the two|the latter|the former|the pair|the three",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"E (\d+) (\w+) (.+)")
_TRIPLE = re.compile(r"T (\d+) (\w+) (\d+)(.*)")
_LAST = re.compile(r"\b(role|pred)=(.+)$")
_OPENED = re.compile(r"\{(\d+):")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    entities: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Stated:
    line: str
    subject: int
    relation: str
    object: int
    options: dict[str, str]


@dataclass(slots=True)
class _Draft:
    """A passage as far as it was read."""

    faults: list[str] = field(default_factory=list)
    text: str = ""
    sentences: list[_Sentence] = field(default_factory=list)
    spans: list[tuple[int, int, int]] = field(default_factory=list)
    """Start, end, entity."""
    entities: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Type and name by number."""
    triples: list[_Stated] = field(default_factory=list)


def unmarked(line: str) -> tuple[str, list[tuple[int, int, int]]]:
    """`{1:It} sells {2:{3:US} chips}` as its text and [(start, end, entity)…]. Raises ValueError on an open brace."""
    text: list[str] = []
    opened: list[tuple[int, int]] = []
    spans: list[tuple[int, int, int]] = []
    place = 0
    while place < len(line):
        if mention := _OPENED.match(line, place):
            opened.append((len(text), int(mention[1])))
            place = mention.end()
        elif line[place] == "}" and opened:
            start, entity = opened.pop()
            spans.append((start, len(text), entity))
            place += 1
        else:
            text.append(line[place])
            place += 1
    if opened:
        raise ValueError("a brace is not closed")
    return "".join(text), spans


def read_markup(content: str) -> Iterator[tuple[str, Passage | None, list[str]]]:
    """Id, passage and faults of each passage; the passage is None where it cannot be made at all."""
    parts = re.split(r"^# ", content, flags=re.MULTILINE)
    if parts[0].strip():
        yield "", None, [f"text before the first passage: {parts[0].strip()[:60]!r}"]
    for part in parts[1:]:
        head, *lines = part.splitlines()
        yield _passage(head, [line.strip() for line in lines if line.strip()])


def _passage(head: str, lines: Sequence[str]) -> tuple[str, Passage | None, list[str]]:
    id, hand, day, kind = ([cell.strip() for cell in head.split("|")] + [""] * 4)[:4]
    draft = _Draft()
    for line in lines:
        _read_line(draft, line)
    try:
        passage = Passage.model_validate(
            {
                "id": id,
                "source": hand,
                "publisher": f"own words: {hand}",
                "published": day if _DAY.fullmatch(day) else None,
                "licence": "own words, CC0",
                "invented": kind.startswith("invent"),
                "text": draft.text,
                "entities": _entities(draft),
                "triples": _triples(draft),
            }
        )
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, each['loc']))}: {each['msg'].lower()}" for each in error.errors()]
        return id, None, [*draft.faults, *problems]
    return id, passage, [*draft.faults, *faults(passage)]


def _read_line(draft: _Draft, line: str) -> None:
    if entity := _ENTITY.fullmatch(line):
        number, type, name = int(entity[1]), entity[2], entity[3].strip()
        if number in draft.entities:
            draft.faults.append(f"entity {number} twice")
        draft.entities[number] = (type, name)
    elif triple := _TRIPLE.fullmatch(line):
        options = _options(draft, line, triple[4].strip())
        draft.triples.append(_Stated(line, int(triple[1]), triple[2], int(triple[3]), options))
    elif re.match(r"[ET] \d", line):
        draft.faults.append(f"not understood: {line!r}")
    else:
        try:
            text, spans = unmarked(line)
        except ValueError as error:
            draft.faults.append(f"{error}: {line[:60]}")
            return
        start = len(draft.text) + bool(draft.text)
        draft.text += (" " if draft.text else "") + text
        draft.sentences.append(_Sentence(start, len(draft.text), frozenset(entity for _, _, entity in spans)))
        draft.spans += [(start + begin, start + end, entity) for begin, end, entity in spans]


def _options(draft: _Draft, line: str, rest: str) -> dict[str, str]:
    options = {"modality": str(Modality.ASSERTED)}
    if last := _LAST.search(rest):
        options[last[1]] = last[2].strip()
        rest = rest[: last.start()]
    for word in rest.split():
        name, _, value = word.partition("=")
        if word in set(Modality):
            options["modality"] = word
        elif name in {"by", "s", "date"} and value:
            options[name] = value
        else:
            draft.faults.append(f"{line!r}: {word!r}?")
    return options


def _entities(draft: _Draft) -> list[GoldEntity]:
    known = []
    marked: dict[int, list[tuple[int, int]]] = {number: [] for number in draft.entities}
    for start, end, number in sorted(draft.spans):
        if number in marked:
            marked[number].append((start, end))
        else:
            draft.faults.append(f"mention of entity {number}, which has no E line: {draft.text[start:end]}")
    for number, (type, name) in draft.entities.items():
        if type not in set(EntityType):
            draft.faults.append(f"entity {number} {name}: type {type}")
            continue
        words = [draft.text[start:end] for start, end in marked[number]]
        mentions = dict.fromkeys(word for word in words if not _PRONOUN.fullmatch(word))
        known.append(
            GoldEntity(name=name, type=EntityType(type), mentions=tuple(mentions), spans=tuple(marked[number]))
        )
    return known


def _triples(draft: _Draft) -> list[GoldTriple]:
    made: list[GoldTriple] = []
    for stated in draft.triples:
        ends = [draft.entities.get(number) for number in (stated.subject, stated.object)]
        speaker = draft.entities.get(int(stated.options["by"])) if stated.options.get("by", "").isdigit() else None
        evidence = _evidence(draft, stated)
        if None in ends or ("by" in stated.options and speaker is None):
            draft.faults.append(f"no such entity: {stated.line}")
        elif stated.relation not in set(RelationType):
            draft.faults.append(f"relation {stated.relation}: {stated.line}")
        elif evidence is None:
            draft.faults.append(
                f"no sentence (nor two neighbours) marks both ends; give s=N, or mark the pronoun: {stated.line}"
            )
        else:
            subject, object = (end[1] for end in ends if end is not None)
            made.append(
                GoldTriple(
                    subject=subject,
                    relation=RelationType(stated.relation),
                    object=object,
                    modality=Modality(stated.options["modality"]),
                    attribution=None if speaker is None else speaker[1],
                    evidence=evidence,
                    date=stated.options.get("date"),
                    role=stated.options.get("role"),
                    predicate=stated.options.get("pred"),
                )
            )
    return made


def _evidence(draft: _Draft, stated: _Stated) -> str | None:
    """The sentence that is named, else the first that marks both ends, else the first two neighbours that do."""
    sentences = draft.sentences
    if (number := stated.options.get("s")) is not None:
        if not number.isdigit() or not 1 <= int(number) <= len(sentences):
            return None
        named = sentences[int(number) - 1]
        return draft.text[named.start : named.end]
    both = {stated.subject, stated.object}
    for first, last in (*zip(sentences, sentences, strict=True), *itertools.pairwise(sentences)):
        if both <= first.entities | last.entities:
            return draft.text[first.start : last.end]
    return None


def faults(passage: Passage) -> Iterator[str]:
    """What is wrong with an annotated passage, whichever way it was made."""
    names = Counter(entity.name for entity in passage.entities)
    types = {entity.name: entity.type for entity in passage.entities}
    yield from (f"name twice: {name}" for name, count in names.items() if count > 1)
    if not SHORTEST <= len(passage.text) <= LONGEST:
        yield f"text has {len(passage.text)} characters, {SHORTEST} to {LONGEST} are asked for"
    if len(passage.triples) < FEWEST_TRIPLES:
        yield f"only {len(passage.triples)} triples"
    for entity in passage.entities:
        if not entity.spans and not entity.mentions:
            yield f"{entity.name} is not marked in the text"
        yield from (
            f"{entity.name}: {mention!r} is not in the text"
            for mention in entity.mentions
            if mention not in passage.text
        )
        yield from (
            f"{entity.name}: no words at {start} to {end}"
            for start, end in entity.spans
            if not passage.text[start:end].strip()
        )
    seen: set[tuple[Any, ...]] = set()
    for triple in passage.triples:
        shown = f"{triple.subject} {triple.relation} {triple.object} {triple.modality}"
        yield from (f"{shown}: {problem}" for problem in _triple_faults(triple, types, passage.text))
        symmetric = vocabulary().relations[triple.relation].symmetric
        ends = tuple(sorted((triple.subject, triple.object))) if symmetric else (triple.subject, triple.object)
        if (*ends, triple.relation, triple.modality) in seen:
            yield f"{shown}: twice"
        seen.add((*ends, triple.relation, triple.modality))


def _triple_faults(triple: GoldTriple, types: dict[str, EntityType], text: str) -> Iterator[str]:
    if unknown := [name for name in (triple.subject, triple.object) if name not in types]:
        yield f"no entity {unknown[0]}"
    elif triple.relation is RelationType.RELATED_TO:
        if not triple.predicate:
            yield "RELATED_TO without its words"
    elif not vocabulary().admits(types[triple.subject], triple.relation, types[triple.object]):
        yield f"the relation does not tie {types[triple.subject]} to {types[triple.object]}"
    if triple.relation is RelationType.HOLDS_ROLE_AT and not triple.role:
        yield "HOLDS_ROLE_AT without a role"
    if triple.evidence not in text:
        yield "the evidence is not in the text"


def json_line(passage: Passage) -> str:
    """The passage as a line of a gold file."""
    record = passage.model_dump(mode="json")
    for triple in record["triples"]:
        for key in ("role", "predicate"):
            if triple[key] is None:
                del triple[key]
    return json.dumps(record, ensure_ascii=False) + "\n"


def main() -> int:
    """Check the files, write the passages; 1 where there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    passages: dict[str, Passage] = {}
    bad = 0
    for file in options.files:
        for id, passage, problems in read_markup(file.read_text("utf-8")):
            problems += ["id twice"] if id in passages else []
            for problem in problems:
                print(f"{file.name}: {id}: {problem}")
            bad += len(problems)
            if passage is not None:
                passages[id] = passage
    if options.out is not None:
        options.out.write_text("".join(json_line(passage) for passage in passages.values()), "utf-8")
    triples = [triple for passage in passages.values() for triple in passage.triples]
    print(f"{len(passages)} passages, {len(triples)} triples, {bad} faults")
    for title, counts in (
        ("relations", Counter(str(triple.relation) for triple in triples)),
        ("modalities", Counter(str(triple.modality) for triple in triples)),
    ):
        print(f"{title}: {', '.join(f'{name} {count}' for name, count in counts.most_common())}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
