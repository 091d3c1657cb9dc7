"""How sure: what both readers say of a statement, made into a probability that holds on text never seen."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loaders.extraction.reader.context import log_odds


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a statement."""

    relation: str
    network: float | None = None
    """The network's own score in (0, 1); None: it does not see the statement."""
    seen: int = 0
    """Pairs of mentions between which the network sees it."""
    rules: float | None = None
    """The rules' confidence; None: they do not see it."""
    proper: int = 2
    """How many of its ends are names, not descriptions."""
    known: int = 0
    """How many of its ends the gazetteer knows."""
    same_sentence: bool = True
    modality: float = 1.0
    """The network's score of the modality that it gives."""
    rules_differ: bool = False
    """Whether the rules see another relation between its ends, where only the network sees this one."""
    context: Mapping[str, float] = field(default_factory=dict)
    """What stands around it in the text, where the network sees it: `context.contexts`."""

    def features(self) -> dict[str, float]:
        """Named numbers that the calibration weighs."""
        found = {"one": 1.0, "proper": float(self.proper), "known": float(self.known)}
        if self.network is not None:
            found |= {
                "network": 1.0,
                "network.score": log_odds(self.network),
                "network.seen": math.log(max(self.seen, 1)),
                "network.apart": float(not self.same_sentence),
                "network.modality": 1.0 - self.modality,
                "network.rules_differ": float(self.rules_differ),
                f"network.{self.relation}": 1.0,
                **self.context,
            }
        if self.rules is not None:
            found |= {"rules": 1.0, "rules.score": self.rules, f"rules.{self.relation}": 1.0}
            if self.network is not None:
                found["both"] = 1.0
        return found


@dataclass(frozen=True)
class Calibration:
    """Weights of the features, fitted on passages that the network had not learned from."""

    weights: Mapping[str, float]

    def log_odds(self, signs: Signs) -> float:
        """Of the probability that the statement is right."""
        return sum(self.weights.get(name, 0.0) * value for name, value in signs.features().items())

    def confidence(self, signs: Signs) -> float:
        """The probability that the statement is right, in (0, 1)."""
        return 1.0 / (1.0 + math.exp(-min(max(self.log_odds(signs), -30.0), 30.0)))

    @classmethod
    def read(cls, path: Path) -> "Calibration":
        """The weights that were stored at `path`."""
        return cls(json.loads(path.read_text("utf-8")))
