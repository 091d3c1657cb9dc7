"""From a triple to a claim between entities: predicate mapped, ends resolved, signature checked. Pure."""

from dataclasses import dataclass

from graph_schema.domain import Claim, Document
from graph_schema.vocabulary import Modality, RelationType, vocabulary
from loaders.extraction.predicates import map_predicate
from loaders.resolution.entities import Fit, Resolved, anything, entity, fit, identify, unfit
from loaders.triple import Triple


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim with the entities that it names."""

    claim: Claim
    entities: tuple[Resolved, ...]
    """Subject, object and, where the statement is attributed, its source."""
    unmapped: str | None = None
    """The predicate's words, where the vocabulary lacks them."""
    misfit: RelationType | None = None
    """The relation that was meant, where its signature does not admit the two ends in the order in which they are given."""


def state(triple: Triple, document: Document) -> Statement | None:
    """The claim that `triple` makes in `document`; None when its subject and object turn out to be one entity.

    A predicate that the vocabulary lacks, and a relation whose signature does not admit the ends in the order in which they
    are given, become RELATED_TO with the words kept.
    """
    relation, modality, inverted = triple.relation, triple.modality, False
    if relation is None and (match := map_predicate(triple.predicate)) is not None:
        relation, inverted = match.relation, match.inverted
        modality = match.modality if modality is Modality.ASSERTED else modality
    subject, object = identify(triple.subject), identify(triple.object)
    if inverted:
        subject, object = object, subject
    fitting = None if relation is None else fit(subject, vocabulary().relations[relation], object)
    type = relation if relation is not None and fitting is not None else RelationType.RELATED_TO
    if type is RelationType.RELATED_TO:
        fitting = unfit(subject, None if relation is None else vocabulary().relations[relation], object)
        if inverted:  # RELATED_TO keeps the words, which say it in the source's own order
            fitting = Fit(fitting.object, fitting.object_type, fitting.subject, fitting.subject_type)
    assert fitting is not None
    subject, object = fitting.subject, fitting.object
    ends = entity(subject, fitting.subject_type), entity(object, fitting.object_type)
    if ends[0].id == ends[1].id:
        return None
    mentions = triple.subject_mention, triple.object_mention
    if inverted and type is not RelationType.RELATED_TO:
        mentions = mentions[1], mentions[0]
    speaker = None if triple.attribution is None else identify(triple.attribution)
    speakers = () if speaker is None else (entity(speaker, anything(speaker)),)
    claim = Claim(
        document=document.id,
        span=triple.span,
        sentence=triple.sentence,
        subject=ends[0].id,
        relation=type,
        object=ends[1].id,
        predicate=triple.predicate,
        modality=modality,
        confidence=triple.confidence,
        attributed_to=speakers[0].id if speakers else None,
        role=triple.role,
        share=triple.share,
        date=triple.date,
        valid_from=triple.valid_from,
        valid_to=triple.valid_to,
        extractor=triple.extractor,
        subject_names=subject.names,
        object_names=object.names,
        speaker_names=() if speaker is None else speaker.names,
        subject_mention=mentions[0],
        object_mention=mentions[1],
    )
    return Statement(
        claim,
        (*ends, *speakers),
        unmapped=triple.predicate if relation is None else None,
        misfit=relation if relation is not None and type is not relation else None,
    )
