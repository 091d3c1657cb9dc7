"""The offline reader: the network and the rules read the same text, and a calibration says how sure both together are."""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

from tokenizers import Tokenizer

from graph_schema.domain import Span
from graph_schema.vocabulary import THINGS, EntityType, Modality, RelationType, vocabulary
from loaders.extraction.cleaning import blanked, segments
from loaders.extraction.context import context_modality
from loaders.extraction.extractor import Extraction, doubted
from loaders.extraction.reader.calibration import Calibration, Signs
from loaders.extraction.reader.clustering import Cluster, TextMention
from loaders.extraction.reader.context import contexts
from loaders.extraction.reader.labels import Labels
from loaders.extraction.reader.naming import EntityName, entity_name, same_key
from loaders.extraction.reader.network import WEIGHTS, OnnxNetwork
from loaders.extraction.reader.reading import Thresholds, read_text
from loaders.extraction.reader.relations import StatedRelation
from loaders.extraction.reader.windows import sentence_ends
from loaders.extraction.spacy_rules import SpacyExtractor, batches, spacy_extractor
from loaders.triple import Article, NamedEntity, Triple

LEAST_CONFIDENCE = 0.4
"""Of what is at least so sure .63 was right, on publishers that were not learned from: docs/reader.md."""
_WORTH_A_LOOK = 0.2
"""Below, not one statement in four is right: not even a language model is asked about it."""
_PREDICATE_WORDS = 8
_PRESUPPOSED = frozenset({RelationType.LOCATED_IN, RelationType.HOLDS_ROLE_AT})
"""What a sentence tells in passing: who refuses to sell to a firm of Dresden does not deny where it lies."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A statement of the network as a triple, with what speaks for it."""

    triple: Triple
    signs: Signs


class ReaderExtractor:
    """Typed triples by the trained network and the rules. Make one with `reader_extractor()`: loading takes about two seconds."""

    def __init__(self, rules: SpacyExtractor) -> None:
        self._rules, self.least_confidence = rules, LEAST_CONFIDENCE
        self._labels = Labels.read(WEIGHTS / "labels.json")
        self._network = OnnxNetwork(self._labels)
        self._tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
        self._calibration = Calibration.read(WEIGHTS / "calibration.json")

    def sure_of(self, least_confidence: float) -> Self:
        """This reader, which leaves out what it is less sure of."""
        other = copy(self)
        other.least_confidence = least_confidence
        return other

    @property
    def name(self) -> str:
        """Name and version, as stored on each claim."""
        return "reader/1"

    def extract(self, articles: Iterable[Article]) -> Iterator[Extraction]:
        """One Extraction per article, in order, lazily. No text raises: one unreadable has a `problem`."""
        for batch in batches(articles):
            yield from self.extract_batch(batch)

    def extract_batch(self, batch: list[Article]) -> list[Extraction]:
        """Extractions of a few articles, in order."""
        return [self._with_network(extraction) for extraction in self._rules.extract_batch(batch)]

    def _with_network(self, extraction: Extraction) -> Extraction:
        try:
            weighed = self.weighed(extraction)
        except Exception as error:  # noqa: BLE001 - whatever a text sets off, the others go on
            return replace(extraction, problem=f"cannot be read: {type(error).__name__}: {error}")
        found = [
            replace(triple, extractor=self.name, confidence=round(self._calibration.confidence(signs), 2))
            for triple, signs in weighed
        ]
        kept = _distinct(triple for triple in found if triple.confidence >= self.least_confidence)
        below = [triple for triple in found if triple.confidence < self.least_confidence]
        unsure = {*extraction.unsure, *(triple.span for triple in below if triple.confidence >= _WORTH_A_LOOK)}
        return replace(
            extraction,
            triples=tuple(sorted(kept, key=_order)),
            rejected=doubted(extraction.rejected, len(below)),
            unsure=tuple(sorted(unsure)),
        )

    def weighed(self, extraction: Extraction) -> list[tuple[Triple, Signs]]:
        """All that the network and the rules, whose extraction this is, see in a text, and what speaks for each."""
        return _merged(extraction.triples, self._candidates(extraction.article))

    def _candidates(self, article: Article) -> Iterator[_Candidate]:
        text = blanked(article.text)
        for start, end in segments(text):
            part = text[start:end]
            sentences = sentence_ends(part)
            stated = [
                statement
                for statement in read_text(part, self._tokenizer, self._network, self._labels, Thresholds(mention=0.4))
                if statement.relation != RelationType.RELATED_TO
            ]
            for statement, context in zip(stated, contexts(stated), strict=True):
                candidate = self._candidate(statement, context, article, start, sentences)
                if candidate is not None:
                    yield candidate

    def _candidate(
        self,
        statement: StatedRelation,
        context: Mapping[str, float],
        article: Article,
        offset: int,
        sentences: list[tuple[int, int]],
    ) -> _Candidate | None:
        subject, object = _named(statement.subject), _named(statement.object)
        if subject is None or object is None or same_key(subject.name) == same_key(object.name):
            return None
        first, last = sorted((statement.subject_mention, statement.object_mention), key=lambda mention: mention.start)
        start, end = offset + sentences[first.sentence][0], offset + sentences[last.sentence][1]
        raw = article.text[start:end]
        start += len(raw) - len(raw.lstrip())
        raw = raw.strip()
        speaker = None if statement.speaker is None else _named(statement.speaker)
        triple = Triple(
            subject=_entity(subject, statement.subject),
            predicate=_predicate(article.text[offset + first.end : offset + last.start], statement.relation),
            object=_entity(object, statement.object),
            sentence=raw,
            span=Span(start, start + len(raw)),
            relation=RelationType(statement.relation),
            modality=_modality(statement, last, article.text, offset, sentences[last.sentence]),
            attribution=None if speaker is None or statement.speaker is None else _entity(speaker, statement.speaker),
            extractor=self.name,
            subject_mention=_span(statement.subject_mention, offset),
            object_mention=_span(statement.object_mention, offset),
        )
        signs = Signs(
            statement.relation,
            network=statement.score,
            seen=min(statement.seen, 4),
            proper=subject.proper + object.proper,
            known=subject.known + object.known,
            same_sentence=first.sentence == last.sentence,
            modality=statement.modality_score,
            context=context,
        )
        return _Candidate(triple, signs)


def _merged(rules: Iterable[Triple], candidates: Iterable[_Candidate]) -> list[tuple[Triple, Signs]]:
    """What both found, with what speaks for it."""
    known: dict[tuple[str, EntityType | None], NamedEntity] = {}
    by_key: dict[tuple[str, str | None, str], list[int]] = {}
    tied: set[frozenset[str]] = set()
    firms: set[str] = set()
    triples = list(rules)
    for place, triple in enumerate(triples):
        for end in (triple.subject, triple.object):
            for key in _keys(end):
                known.setdefault((key, end.type), end)
                if end.type is EntityType.COMPANY:
                    firms.add(key)
        for key_ in _statement_keys(triple):
            by_key.setdefault(key_, []).append(place)
        if triple.relation is not RelationType.RELATED_TO:
            tied |= _pairs(triple)
    told: dict[int, Signs] = {}
    own: list[tuple[Triple, Signs]] = []
    for candidate in candidates:
        places = sorted({place for key_ in _statement_keys(candidate.triple) for place in by_key.get(key_, ())})
        if places:
            for place in places:
                if place not in told or (told[place].network or 0.0) < (candidate.signs.network or 0.0):
                    told[place] = candidate.signs
        elif not _takes_for_things(candidate.triple, firms):
            triple = replace(
                candidate.triple,
                subject=_as_known(candidate.triple.subject, known),
                object=_as_known(candidate.triple.object, known),
            )
            own.append((triple, replace(candidate.signs, rules_differ=not tied.isdisjoint(_pairs(candidate.triple)))))
    both = [
        (
            triple,
            replace(told[place], rules=triple.confidence)
            if place in told
            else Signs(str(triple.relation), rules=triple.confidence),
        )
        for place, triple in enumerate(triples)
    ]
    return both + [(triple, signs) for triple, signs in own if triple.subject.name != triple.object.name]


def _order(triple: Triple) -> tuple[Span, str, str, str, str]:
    return triple.span, triple.subject.name, str(triple.relation), triple.object.name, triple.modality


def _distinct(triples: Iterable[Triple]) -> list[Triple]:
    """One of each (subject, relation, object, modality), the surest: two descriptions may have got one name."""
    kept: dict[tuple[str, str, str, str], Triple] = {}
    for triple in triples:
        key = (triple.subject.name, str(triple.relation), triple.object.name, triple.modality)
        if key not in kept or triple.confidence > kept[key].confidence:
            kept[key] = triple
    return list(kept.values())


def _named(cluster: Cluster) -> EntityName | None:
    return entity_name(cluster.mentions, cluster.type)


def _entity(name: EntityName, cluster: Cluster) -> NamedEntity:
    return NamedEntity(name.name, EntityType(cluster.type), name.aliases)


def _span(mention: TextMention, offset: int) -> Span:
    return Span(offset + mention.start, offset + mention.end)


def _modality(
    statement: StatedRelation, last: TextMention, text: str, offset: int, sentence: tuple[int, int]
) -> Modality:
    """The network's, but where it takes for asserted what a cue before its later end denies or ends."""
    said = Modality(statement.modality)
    if said is not Modality.ASSERTED or statement.relation in _PRESUPPOSED:
        return said
    start, end = sentence
    words = text[offset + start : offset + end]
    put = context_modality(words, last.start - start, last.end - start, back=False)
    return put if put in (Modality.DENIED, Modality.ENDED) else said


def _predicate(between: str, relation: str) -> str:
    words = re.findall(r"[^\W\d_][\w’'-]*", between)
    return " ".join(words) if 0 < len(words) <= _PREDICATE_WORDS else relation.replace("_", " ").lower()


def _keys(entity: NamedEntity) -> set[str]:
    return {key for name in (entity.name, *entity.aliases) if (key := same_key(name))}


def _as_known(entity: NamedEntity, known: dict[tuple[str, EntityType | None], NamedEntity]) -> NamedEntity:
    """The entity as the rules name it, where they name it: by its own name before another of its names."""
    own = same_key(entity.name)
    for key in sorted(_keys(entity), key=lambda key: (key != own, key)):
        if (key, entity.type) in known:
            return known[key, entity.type]
    return entity


def _statement_keys(triple: Triple) -> set[tuple[str, str | None, str]]:
    keys = {(one, triple.relation, other) for one in _keys(triple.subject) for other in _keys(triple.object)}
    if triple.relation is not None and vocabulary().relations[triple.relation].symmetric:
        keys |= {(other, relation, one) for one, relation, other in keys}
    return {(one, relation, other) for one, relation, other in keys}


def _takes_for_things(triple: Triple, firms: set[str]) -> bool:
    """Whether an end is taken for goods that the rules know for a firm by what it does: `supplies Veld Chips`."""
    return any(end.type in THINGS and not firms.isdisjoint(_keys(end)) for end in (triple.subject, triple.object))


def _pairs(triple: Triple) -> set[frozenset[str]]:
    return {frozenset({one, other}) for one in _keys(triple.subject) for other in _keys(triple.object)}


def reader_extractor(least_confidence: float = LEAST_CONFIDENCE) -> ReaderExtractor:
    """The reader with the weights of this package, over the pipeline that the settings name; what is less sure is left out.

    All share what is loaded once.
    """
    return _loaded().sure_of(least_confidence)


@cache
def _loaded() -> ReaderExtractor:
    return ReaderExtractor(spacy_extractor())
