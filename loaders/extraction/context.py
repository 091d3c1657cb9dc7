"""What words elsewhere in a sentence make of a statement in it: denied, possible or ended, whatever reads the statement.

Each cue reaches a stretch of the sentence; a statement whose words stand there is put so. It needs no parse, so that every
reader can ask it. Source of the method: ConText (Harkema, Dowling, Thornblade and Chapman 2009), with own cues.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from graph_schema.vocabulary import Modality
from loaders.extraction.frames import read_yaml

_CLAUSE_END = re.compile(
    r"[,;:.!?—–](?=\s|$)|\s--?\s"
    r"|\b(?:but|although|though|while|whereas|because|since|which|who|however|yet it|before|after|when|once)\b"
    r"|\bas (?:it|they|he|she|the|its|their)\b"
    r"|\band (?:has|have|had|is|are|was|were|will|would|instead|then|now|also|it|he|she|they|\w+(?:ed|es|[^us]s)\b)"
)
_SENTENCE_END = re.compile(r"[;:.!?](?=\s|$)|\b(?:but|however|although|which|who)\b")


@dataclass(frozen=True, slots=True)
class Scope:
    """Characters [start, end) of a sentence that a cue reaches, and how it says that they are put."""

    start: int
    end: int
    modality: Modality
    reaches_back: bool = False
    """Whether it is of a cue that reaches what stands before it too."""


@dataclass(frozen=True, slots=True)
class _Cues:
    clause: tuple[tuple[Modality, re.Pattern[str]], ...]
    sentence: tuple[tuple[Modality, re.Pattern[str]], ...]
    around: tuple[tuple[Modality, re.Pattern[str]], ...]
    framed: tuple[tuple[Modality, re.Pattern[str]], ...]


@cache
def _cues() -> _Cues:
    data = {Modality(name): kinds for name, kinds in read_yaml("context.yaml").items()}

    def of(kind: str) -> tuple[tuple[Modality, re.Pattern[str]], ...]:
        return tuple(
            (modality, re.compile("|".join(rf"\b(?:{cue})(?!\w)" for cue in kinds[kind])))
            for modality, kinds in data.items()
            if kind in kinds
        )

    framed = tuple(
        (modality, re.compile(rf"{opening}(?P<reached>(?:(?! and |[,;]|\bbut\b|\bwhile\b).)*?){closing}", re.DOTALL))
        for modality, kinds in data.items()
        for opening, closing in kinds.get("framed", ())
    )
    return _Cues(of("clause"), of("sentence"), of("around"), framed)


def context_modality(sentence: str, start: int, end: int, *, back: bool = True) -> Modality | None:
    """How the rest of `sentence` puts what its characters [start, end) state; None when it says nothing of it.

    `back`: whether cues count that reach what stands before them.
    """
    scopes = (scope for scope in _scopes(sentence) if back or not scope.reaches_back)
    return next((scope.modality for scope in scopes if scope.start <= start < end <= scope.end), None)


@lru_cache(maxsize=1_024)
def _scopes(sentence: str) -> tuple[Scope, ...]:
    return tuple(_found(sentence.lower()))


def _found(text: str) -> Iterator[Scope]:
    cues = _cues()
    for patterns, ending in ((cues.sentence, _SENTENCE_END), (cues.clause, _CLAUSE_END)):
        for modality, pattern in patterns:
            for match in pattern.finditer(text):
                yield Scope(match.end(), _next(ending, text, match.end()), modality)
    for modality, pattern in cues.around:
        for match in pattern.finditer(text):
            before = [end.end() for end in _CLAUSE_END.finditer(text, 0, match.start())]
            start = before[-1] if before else 0
            yield Scope(start, _next(_CLAUSE_END, text, match.end()), modality, reaches_back=True)
    for modality, pattern in cues.framed:
        for match in pattern.finditer(text):
            yield Scope(match.start("reached"), match.end("reached"), modality)


def _next(ending: re.Pattern[str], text: str, start: int) -> int:
    match = ending.search(text, start)
    return len(text) if match is None else match.start()
