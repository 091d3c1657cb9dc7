"""Open extraction: facts as (subject, predicate, object) phrases from every clause, whatever the vocabulary knows."""

from loaders.extraction.open.sentences import open_triples
from loaders.extraction.open.triple import IMPLICIT, Construction, OpenTriple

__all__ = ["IMPLICIT", "Construction", "OpenTriple", "open_triples"]
