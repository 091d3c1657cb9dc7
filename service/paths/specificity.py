"""SPECIFICITY: a path costs more the less each of its hops and each entity in between tells.

A hop costs 1 and more where its relation is weak: by its type, how it stands, how sure it is, and when one publisher alone
stands behind it. Of several relations between two entities the cheapest counts. An entity in between costs by what it is, a
country or a common noun more than a firm, and by its crowd: how many relations of the hop's type it has in the same role.
That two firms are sanctioned by one country says little when it sanctions a thousand; that one owns the other says much.
docs/explanation/specificity.md tells why each number is what it is.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

from graph_schema.vocabulary import THINGS, EntityType, Modality, RelationType

R = RelationType

WEAK: dict[RelationType, float] = {
    R.RELATED_TO: 1.0,
    R.LOCATED_IN: 0.75,
    R.OPERATES_IN: 0.75,
    R.MEMBER_OF: 0.75,
    R.PARTICIPATES_IN: 0.5,
    R.COMPETES_WITH: 0.5,
    R.MEETS: 0.5,
    R.OPPOSES: 0.5,
    R.SUPPORTS: 0.5,
    R.USES: 0.25,
    R.PRODUCES: 0.25,
}
"""Extra hops that a relation of a type counts as; of the types that are not listed, none."""

DOUBTFUL: dict[Modality, float] = {
    Modality.ASSERTED: 0.0,
    Modality.PLANNED: 0.25,
    Modality.THREATENED: 0.5,
    Modality.ALLEGED: 0.5,
    Modality.CONDITIONAL: 0.5,
    Modality.POSSIBLE: 0.75,
    Modality.ENDED: 0.5,
    Modality.DENIED: 2.0,
}
"""The same for how it stands."""

DOUBLING_OF_DOUBT = 0.5
"""For each halving of its confidence."""
SINGLE_SOURCE = 0.1
"""Where fewer than two publishers stand behind it."""
CROWD = 0.125
"""For each doubling of the relations of its type that an entity in between has in the same role."""
PLACE = 0.75
COMMON_NOUN = 1.0
_LOWEST_CONFIDENCE = 1e-3


@dataclass(frozen=True, slots=True, order=True)
class StepCost:
    """The parts of what a step costs, in hops."""

    type: float = 0.0
    """Weakness of the relation's type."""
    status: float = 0.0
    confidence: float = 0.0
    single_source: float = 0.0
    crowd: float = 0.0
    """Of its ends, as far as they are in between."""
    entity: float = 0.0
    """What the entity is to which the step leads, unless that is an end."""

    @property
    def total(self) -> float:
        """With the hop itself."""
        return 1.0 + self.type + self.status + self.confidence + self.single_source + self.crowd + self.entity


PARTS = tuple(field.name for field in fields(StepCost))


def step_cost(
    type: RelationType,
    status: Modality,
    confidence: float,
    sources: int,
    *,
    crowds: Iterable[int] = (),
    entity: float = 0.0,
) -> StepCost:
    """What a step over one relation costs; `crowds` of those of its ends that are in between, in eighths of a doubling."""
    return StepCost(
        type=WEAK.get(type, 0.0),
        status=DOUBTFUL[status],
        confidence=doubt(confidence),
        single_source=SINGLE_SOURCE if sources < 2 else 0.0,
        crowd=sum(CROWD * crowd / 8 for crowd in sorted(crowds)),
        entity=entity,
    )


def doubt(confidence: float) -> float:
    """What a lack of confidence costs."""
    return -DOUBLING_OF_DOUBT * math.log2(max(confidence, _LOWEST_CONFIDENCE))


def crowd(number: int) -> int:
    """How many eighths of a doubling `number` is."""
    return math.floor(8 * math.log2(number)) if number > 1 else 0


def entity_cost(type: EntityType, *, common_noun: bool) -> float:
    """What an entity in between costs for what it is."""
    if type in (EntityType.COUNTRY, EntityType.BLOC, EntityType.PLACE):
        return PLACE
    return COMMON_NOUN if common_noun else 0.0


def is_common_noun(type: EntityType, name: str) -> bool:
    """Whether a thing goes by a common noun, as "semiconductors", and not by a name of its own, as "H200"."""
    return type in THINGS and name[:1].islower() and not any(c.isupper() or c.isdigit() for c in name)
