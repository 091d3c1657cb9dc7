"""What the vocabulary lacks: a verb between two named actors is RELATED_TO, with its words kept."""

from collections.abc import Iterable, Iterator
from functools import cache

from graph_schema.vocabulary import EntityType, RelationType
from loaders.extraction.clauses import Clause
from loaders.extraction.document import Referent
from loaders.extraction.frames import read_yaml
from loaders.extraction.matching import RelationCandidate
from loaders.extraction.modality import verb_modality
from loaders.extraction.phrases import Phrases
from loaders.extraction.words import modality_words

_ACTORS = frozenset(
    {
        EntityType.COUNTRY,
        EntityType.BLOC,
        EntityType.COMPANY,
        EntityType.PERSON,
        EntityType.GOVERNMENT_BODY,
        EntityType.ORGANIZATION,
        EntityType.FACILITY,
    }
)


def generic_candidates(
    found: list[Clause], phrases: Phrases, typed: Iterable[RelationCandidate]
) -> Iterator[RelationCandidate]:
    """RELATED_TO for pairs that no typed candidate of the same text ties."""
    tied = {frozenset((id(candidate.subject), id(candidate.object))) for candidate in typed}
    visits, skipped = _verbs()
    for clause in found:
        if clause.lemma in skipped:
            continue
        targets = [("", item) for item in clause.objects]
        targets += [(name, item) for name, item in clause.prepositions if name in visits.get(clause.lemma, ())]
        for subject_token in clause.subjects:
            for subject in phrases.entities(subject_token, _ACTORS, deep=False):
                for preposition, item in targets:
                    for object in phrases.entities(item, _ACTORS, deep=False):
                        if subject is object or not _telling(object):
                            continue
                        key = frozenset((id(subject), id(object)))
                        if key in tied:
                            continue
                        tied.add(key)
                        yield RelationCandidate(
                            RelationType.RELATED_TO,
                            subject,
                            object,
                            clause.verb,
                            f"{clause.verb.text} {preposition}".strip(),
                            "verb between actors",
                            0.5,
                            verb_modality(clause.verb),
                        )


@cache
def _verbs() -> tuple[dict[str, list[str]], frozenset[str]]:
    """Prepositions by verb, and verbs that tie nobody."""
    data = read_yaml("generic.yaml")
    return data["prepositions"], modality_words().reporting | frozenset(data["skipped"])


def _telling(referent: Referent) -> bool:
    return len(referent.name) > 1
