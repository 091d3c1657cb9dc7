"""Confidence from the folds' predictions, and what it is worth: cross-validated by publisher like the network itself.

python -m tools.reader.calibrate OUTPUT --folds run/reader.[0-4].jsonl --rules rules.jsonl --predicted OUT.jsonl GOLD…
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reading.names import EntityNames, normalised
from benchmarks.reading.passages import Passage, read_passages
from graph_schema.vocabulary import RelationType, vocabulary
from loaders.extraction.reader.calibration import Calibration, Signs
from loaders.extraction.reader.clustering import TextMention
from loaders.extraction.reader.naming import entity_name, same_key
from tools.reader.split import fold_of

RIDGE = 2.0


def candidates(folds: Sequence[Path], rules: Path) -> dict[str, list[dict[str, Any]]]:
    """By passage: statements of both readers, those that both see made one."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in folds:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["relation"] == RelationType.RELATED_TO:
                continue
            ends = []
            for end in ("subject", "object"):
                mentions = [
                    TextMention(place, place + len(text), text, row[f"{end}_type"], 0)
                    for place, text in enumerate(row[f"{end}_mentions"] or [row[end]])
                ]
                ends.append(entity_name(mentions, row[f"{end}_type"]))
            if ends[0] is None or ends[1] is None or same_key(ends[0].name) == same_key(ends[1].name):
                continue
            a, _b, c, _d = row["at"]
            found[row["doc"]].append(
                {
                    "relation": row["relation"],
                    "names": [(end.name, *end.aliases) for end in ends if end],
                    "mention": [end.name if not end.aliases else end.aliases[0] for end in ends if end],
                    "network": row["confidence"],
                    "seen": len(row["scores"]),
                    "rules": None,
                    "modality": row["modality"],
                    "modality_score": row["modality_score"],
                    "proper": sum(end.proper for end in ends if end),
                    "known": sum(end.known for end in ends if end),
                    "same": abs(a - c) < 150,
                    "rules_modality": None,
                }
            )
    for line in rules.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["relation"] == RelationType.RELATED_TO or row["relation"] is None:
            continue
        names = [(row[end], *row.get("aliases", {}).get(row[end], ())) for end in ("subject", "object")]
        twin = next(
            (
                one
                for one in found[row["doc"]]
                if one["relation"] == row["relation"] and same(one["names"], names, row["relation"])
            ),
            None,
        )
        if twin is not None:
            twin["rules"] = max(twin["rules"] or 0.0, row["confidence"])
            twin["rules_modality"] = row["modality"]
            twin["rules_names"] = names
        else:
            found[row["doc"]].append(
                {
                    "relation": row["relation"],
                    "names": names,
                    "mention": [None, None],
                    "network": None,
                    "seen": 0,
                    "rules": row["confidence"],
                    "modality": row["modality"],
                    "modality_score": 1.0,
                    "proper": 2,
                    "known": 0,
                    "same": True,
                    "rules_modality": row["modality"],
                }
            )
    return found


def same(one: Any, other: Any, relation: str) -> bool:
    """Whether the ends are the same two."""
    first, second = ([{same_key(name) for name in names} for names in ends] for ends in (one, other))
    straight = bool(first[0] & second[0]) and bool(first[1] & second[1])
    turned = (
        vocabulary().relations[RelationType(relation)].symmetric
        and bool(first[0] & second[1])
        and bool(first[1] & second[0])
    )
    return straight or turned


def signs(one: dict[str, Any]) -> Signs:
    """What the calibration sees of a candidate."""
    return Signs(
        one["relation"],
        one["network"],
        one["seen"],
        one["rules"],
        one["proper"],
        one["known"],
        one["same"],
        one["modality_score"],
    )


def fit(rows: list[dict[str, float]], right: list[bool]) -> Calibration:
    """Ridge logistic regression by Newton's method."""
    names = sorted({name for row in rows for name in row})
    place = {name: number for number, name in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    for number, row in enumerate(rows):
        for name, value in row.items():
            x[number, place[name]] = value
    y = np.array(right, dtype=float)
    w = np.zeros(len(names))
    penalty = np.full(len(names), RIDGE)
    penalty[place["one"]] = 1e-3
    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (p - y) + penalty * w
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty), gradient)
        w -= step
        if np.abs(step).max() < 1e-6:
            break
    return Calibration({name: round(float(w[place[name]]), 4) for name in names})


def main() -> None:
    """Fit, cross-validate, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--folds", type=Path, nargs="+", required=True, help="predictions of the folds")
    parser.add_argument("--rules", type=Path, required=True)
    parser.add_argument("--predicted", type=Path, required=True, help="where the cross-validated predictions go")
    options = parser.parse_args()
    passages: dict[str, Passage] = {passage.id: passage for passage in read_passages(options.gold)}
    found = candidates(options.folds, options.rules)
    table: list[tuple[int, dict[str, Any], dict[str, float], bool, str]] = []
    for id, ones in found.items():
        passage = passages[id]
        names = EntityNames(passage.entities)
        gold = {(normalised(t.subject), str(t.relation), normalised(t.object)) for t in passage.triples}
        for one in ones:
            ends = [names.find(one["names"][place][0], one["mention"][place]) for place in (0, 1)]
            symmetric = vocabulary().relations[RelationType(one["relation"])].symmetric
            right = (ends[0], one["relation"], ends[1]) in gold or (
                symmetric and (ends[1], one["relation"], ends[0]) in gold
            )
            table.append((fold_of(passage.publisher or id, 5), one, signs(one).features(), right, id))
    lines = []
    for fold in range(5):
        learned = fit([row[2] for row in table if row[0] != fold], [row[3] for row in table if row[0] != fold])
        for where, one, _, _, id in table:
            if where == fold:
                lines.append(
                    {
                        "doc": id,
                        "subject": one["names"][0][0],
                        "relation": one["relation"],
                        "object": one["names"][1][0],
                        "modality": one["modality"],
                        "rules_modality": one["rules_modality"],
                        "confidence": round(learned.confidence(signs(one)), 4),
                        "subject_mention": one["mention"][0],
                        "object_mention": one["mention"][1],
                        "network": one["network"],
                        "rules": one["rules"],
                    }
                )
    options.predicted.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    whole = fit([row[2] for row in table], [row[3] for row in table])
    options.output.write_text(json.dumps(dict(whole.weights), indent=0), "utf-8")
    print(len(table), "candidates", sum(row[3] for row in table), "right")


if __name__ == "__main__":
    main()
