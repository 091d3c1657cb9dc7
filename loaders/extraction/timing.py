"""When what a clause states happened, and since and until when it holds."""

import datetime as dt
from dataclasses import dataclass

from spacy.tokens import Token

from graph_schema.vocabulary import Modality
from loaders.extraction.dates import DateBound, DateRange, TimeExpression, time_expressions

_AHEAD = frozenset({Modality.PLANNED, Modality.THREATENED, Modality.POSSIBLE, Modality.CONDITIONAL})
_FORWARD = frozenset({"will", "shall"})
_VERBAL = frozenset({"VERB", "AUX"})


@dataclass(frozen=True, slots=True)
class Timing:
    """Dates of a statement; of a longer period the first day, for `valid_to` the last."""

    date: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


def timing(trigger: Token, modality: Modality, published: dt.date | None, *, act: bool) -> Timing:
    """The dates that the text gives what `trigger` carries. Several that differ are none: it is unclear which is meant.

    `act`: a noun carries an act ("tariffs", "acquisition"), so that what its verb says of time is said of it too;
    what a firm is called ("the chipmaker") is not dated by what it does.
    """
    verb = _verb(trigger) if act or trigger.pos_ in _VERBAL else trigger
    sentence = trigger.sent
    ahead = modality in _AHEAD or any(child.lower_ in _FORWARD for child in verb.children)
    own: dict[DateBound, set[DateRange]] = {bound: set() for bound in DateBound}
    for expression in time_expressions(sentence.text, published, ahead=ahead):
        if _governed(expression, trigger, verb):
            own[expression.bound].add(expression.period)
    at, since, until = (_only(own[bound]) for bound in DateBound)
    date = None if at is None else at.first
    if modality is Modality.DENIED:
        return Timing(date)
    if modality is Modality.ENDED:
        end = since or at
        return Timing(date, valid_to=None if end is None else (end.first if end is since else end.last))
    return Timing(
        date,
        valid_from=None if since is None else since.first,
        valid_to=None if until is None else until.last,
    )


def _only(periods: set[DateRange]) -> DateRange | None:
    return next(iter(periods)) if len(periods) == 1 else None


def _verb(token: Token) -> Token:
    while token.pos_ not in _VERBAL and token.head != token:
        token = token.head
    return token


def _governed(expression: TimeExpression, trigger: Token, verb: Token) -> bool:
    """Whether the time is said of `trigger`, its verb, or the verb that opens its infinitive ("began to sell in May")."""
    start = trigger.sent.start_char
    span = trigger.doc.char_span(start + expression.start, start + expression.end, alignment_mode="expand")
    if span is None:
        return False
    token = span.root
    while token != trigger and token.pos_ not in _VERBAL and token.head != token:
        token = token.head
    if token in (trigger, verb):
        return True
    return verb.dep_ == "xcomp" and token == verb.head
