"""What the network learns from: a window with its mentions, links and relations as numbers."""

from dataclasses import dataclass, field

from loaders.extraction.reader.clustering import TextMention
from loaders.extraction.reader.windows import Window


@dataclass
class Example:
    """A window of a passage, with what is to be learned from it."""

    passage: str
    group: str
    """Publisher: never on both sides of a split."""
    window: Window
    text: str
    mentions: list[TextMention]
    first: list[int]
    last: list[int]
    types: list[int]
    entities: list[int]
    speaks: list[bool]
    groups: list[tuple[list[tuple[int, int]], int, int]] = field(default_factory=list)
    """(pairs of mentions that the evidence holds, label, modality): at least one of the pairs is to show the label."""
    ignored: list[tuple[int, int, int]] = field(default_factory=list)
    """(one, other, label): neither right nor wrong."""
    whole: bool = True
    """Whether all its mentions and relations are known; otherwise it holds one pair alone."""
    pronouns: bool = True
    """Whether pronouns are among the mentions."""
