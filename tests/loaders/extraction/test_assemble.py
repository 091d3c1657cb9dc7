"""Candidates as triples: which of its mentions an end is shown at."""

import pytest

from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Article


@pytest.mark.parametrize(
    ("text", "relation", "subject", "object"),
    [
        ("Zorg Inc makes chips. It supplies Veld Ltd.", "SUPPLIES", "It", "Veld Ltd"),
        ("Zorg Inc said Zorg Inc acquired Veld Ltd, and Veld Ltd is in Dresden.", "ACQUIRES", "Zorg Inc", "Veld Ltd"),
    ],
)
def test_an_end_is_shown_at_its_mention_beside_the_verb(text: str, relation: str, subject: str, object: str) -> None:
    [extraction] = spacy_extractor().extract([Article("a", text)])
    [triple] = [triple for triple in extraction.triples if triple.relation == relation]
    assert triple.subject_mention is not None
    assert triple.object_mention is not None
    told = text[: triple.subject_mention.end], text[: triple.object_mention.end]
    assert told[0].endswith(subject)
    assert told[1].rstrip(".").endswith(object)
    assert triple.span.start <= triple.subject_mention.start < triple.object_mention.start < triple.span.end
    assert text[triple.subject_mention.end : triple.object_mention.start].strip() in ("supplies", "acquired")
