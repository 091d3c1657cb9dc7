"""Who is said to state a thing: the subject of the reporting verb above it, or "according to"."""

from spacy.tokens import Token

from graph_schema.vocabulary import EntityType
from loaders.extraction.document import Referent, Text
from loaders.extraction.words import modality_words

_SPEAKERS = frozenset(
    {
        EntityType.PERSON,
        EntityType.COMPANY,
        EntityType.COUNTRY,
        EntityType.GOVERNMENT_BODY,
        EntityType.ORGANIZATION,
        EntityType.BLOC,
    }
)


def attribution(trigger: Token, text: Text) -> Referent | None:
    """The entity that says what `trigger` carries; None when the document itself does."""
    reporting = modality_words().reporting
    for token in (trigger, *trigger.ancestors):
        if token.dep_ == "ccomp" and token.head.lemma_.lower() in reporting:
            return _subject(token.head, text)
        for child in token.children:
            if child.dep_ == "parataxis" and child.lemma_.lower() in reporting:
                return _subject(child, text)
            if child.lower_ == "according" and child.dep_ == "prep":
                for below in child.subtree:
                    mention = text.head_mention(below)
                    if mention is not None and mention.referent.type in _SPEAKERS:
                        return mention.referent
    return None


def _subject(verb: Token, text: Text) -> Referent | None:
    for child in verb.children:
        if child.dep_ in ("nsubj", "nsubjpass"):
            mention = text.head_mention(child) or text.at(child)
            if mention is not None and mention.referent.type in _SPEAKERS:
                return mention.referent
    return None
