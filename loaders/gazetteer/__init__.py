"""Known entities under all their names: exact look-up, and the forms that text is searched for."""

from loaders.gazetteer.entries import Form, FormKind, GazetteerEntry
from loaders.gazetteer.legal_forms import is_legal_form, strip_legal_form
from loaders.gazetteer.lookup import Gazetteer, gazetteer, needs_capital
from loaders.gazetteer.normalise import has_han, normalise, without_article

__all__ = [
    "Form",
    "FormKind",
    "Gazetteer",
    "GazetteerEntry",
    "gazetteer",
    "has_han",
    "is_legal_form",
    "needs_capital",
    "normalise",
    "strip_legal_form",
    "without_article",
]
