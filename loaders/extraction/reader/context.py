"""What stands around a statement in its text: what else is said of its ends, where they are, what is known of them."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from loaders.extraction.reader.clustering import Cluster, TextMention
from loaders.extraction.reader.relations import StatedRelation

_Context = Mapping[str, float]


def contexts(stated: Sequence[StatedRelation]) -> list[_Context]:
    """Of each statement of a text, in order, the named numbers that the calibration weighs beside the statement's own."""
    by_subject: dict[tuple[int, str], list[StatedRelation]] = defaultdict(list)
    by_object: dict[tuple[str, int], list[StatedRelation]] = defaultdict(list)
    places: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for one in stated:
        by_subject[one.subject.number, one.relation].append(one)
        by_object[one.relation, one.object.number].append(one)
        for mention in (one.subject_mention, one.object_mention):
            places[mention.sentence].add((mention.start, mention.end))
    return [
        _rivals("subject", one, by_subject[one.subject.number, one.relation])
        | _rivals("object", one, by_object[one.relation, one.object.number])
        | _mention("subject", one.subject_mention)
        | _mention("object", one.object_mention)
        | _cluster("subject", one.subject)
        | _cluster("object", one.object)
        | _place(one, places)
        for one in stated
    ]


def log_odds(probability: float) -> float:
    """Of a probability, held between .001 and .999."""
    held = min(max(probability, 0.001), 0.999)
    return math.log(held / (1.0 - held))


def _rivals(end: str, one: StatedRelation, same: Sequence[StatedRelation]) -> dict[str, float]:
    """What else the network sees of the same relation with the same end: most relations have few others."""
    others = [other.score for other in same if other is not one]
    return {f"{end}.rival": log_odds(max(others, default=0.0)), f"{end}.rivals": math.log1p(len(others))}


def _mention(end: str, mention: TextMention) -> dict[str, float]:
    return {
        f"{end}.score": log_odds(mention.probability),
        f"{end}.pronoun": float(mention.pronoun),
        f"{end}.proper": float(mention.proper),
        f"{end}.description": float(mention.description),
    }


def _cluster(end: str, cluster: Cluster) -> dict[str, float]:
    """Mentions that differ much may be of two entities."""
    scores = [mention.probability for mention in cluster.mentions]
    names = {mention.bare for mention in cluster.mentions if mention.proper}
    return {
        f"{end}.wordings": float(len({mention.bare for mention in cluster.mentions if not mention.pronoun})),
        f"{end}.names": float(len(names)),
        f"{end}.nameless": float(not names),
        f"{end}.types": float(len({mention.type for mention in cluster.mentions})),
        f"{end}.least": log_odds(min(scores)),
        f"{end}.most": log_odds(max(scores)),
    }


def _place(one: StatedRelation, places: Mapping[int, set[tuple[int, int]]]) -> dict[str, float]:
    first, last = sorted((one.subject_mention, one.object_mention), key=lambda mention: mention.start)
    near = places[first.sentence] | places[last.sentence]
    return {
        "place.distance": math.log1p(max(last.start - first.end, 0)),
        "place.between": math.log1p(sum(start >= first.end and end <= last.start for start, end in near)),
        "place.crowd": math.log1p(len(places[one.subject_mention.sentence])),
        "place.subject_first": float(one.subject_mention.start < one.object_mention.start),
        "place.nested": float(last.start < first.end),
        "place.opening": float(one.subject_mention.sentence == 0),
    }
