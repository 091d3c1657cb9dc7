"""What the network's outputs mean: stored beside its weights, so that weights and vocabulary cannot drift apart unseen."""

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Labels:
    """The order of the network's outputs."""

    types: tuple[str, ...]
    """Entity types; output 0 of the tagger is `no mention`, type n is output n + 1."""
    relations: tuple[tuple[str, bool], ...]
    """(relation, whether the mention that comes second in the text is the subject)."""
    modalities: tuple[str, ...]
    symmetric: tuple[str, ...]
    """Relations that hold in either order: they have no reversed label."""
    admitted: tuple[tuple[str, str, str], ...]
    """(subject's type, relation, object's type): the signatures that the network was trained with."""

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """[first mention's type, second mention's type, label]: whether the signature of the label admits the two."""
        number = {name: place for place, name in enumerate(self.types)}
        table = np.zeros((len(self.types), len(self.types), len(self.relations)), dtype=np.bool_)
        places: dict[str, list[tuple[int, bool]]] = {}
        for place, (relation, reversed) in enumerate(self.relations):
            places.setdefault(relation, []).append((place, reversed))
        for subject, relation, object in self.admitted:
            one, other = number[subject], number[object]
            for place, reversed in places.get(relation, ()):
                first, second = (other, one) if reversed else (one, other)
                table[first, second, place] = True
                if relation in self.symmetric:
                    table[second, first, place] = True
        return table

    @classmethod
    def read(cls, path: Path) -> "Labels":
        """The labels that were stored at `path`."""
        raw = json.loads(path.read_text("utf-8"))
        return cls(
            types=tuple(raw["types"]),
            relations=tuple((name, bool(reversed)) for name, reversed in raw["relations"]),
            modalities=tuple(raw["modalities"]),
            symmetric=tuple(raw["symmetric"]),
            admitted=tuple((subject, relation, object) for subject, relation, object in raw["admitted"]),
        )

    def write(self, path: Path) -> None:
        """Store them at `path`."""
        path.write_text(json.dumps(asdict(self)), "utf-8")
