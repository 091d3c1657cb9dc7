"""The word lists of `words.yaml`, typed."""

from dataclasses import dataclass
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class OpenWords:
    """Each list means what its comment in `words.yaml` says."""

    object_control: frozenset[str]
    speaking: frozenset[str]
    telling: frozenset[str]
    aside: frozenset[str]
    intransitive: frozenset[str]
    helping: frozenset[str]
    negative: frozenset[str]
    places: frozenset[str]
    own_fact: frozenset[str]
    discourse: frozenset[str]
    partitive: frozenset[str]
    times: frozenset[str]


def _read() -> OpenWords:
    lists = yaml.safe_load(files("loaders.extraction.open").joinpath("words.yaml").read_text("utf-8"))
    return OpenWords(**{name: frozenset(words) for name, words in lists.items()})


WORDS = _read()
