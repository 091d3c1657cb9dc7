"""The enums of the domain as GraphQL enums, each registered once."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

import strawberry

from graph_schema.domain import RunStatus, Verdict
from graph_schema.job_states import JOB_STATUS_MEANINGS, JobStatus
from graph_schema.shares import ShareBasis
from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from service.asking.understanding import AskedBy
from service.filters.hubs import PENALTY, HubMode
from service.filters.walk import Direction, UndatedPolicy
from service.paths.report import Bound, EngineName, PathStatus
from service.paths.search import PathWeight
from service.queries.claims_over_time import Clock, DistributionField, Interval
from service.queries.entities import MatchKind
from service.queries.neighbours import NeighbourGrouping
from service.searches.because import OutvotedBecause
from service.searches.changes import ChangeKind
from service.searches.exposure import ExposureKind
from service.searches.ownership import OwnershipReading, OwnershipVerdict
from service.searches.paths import DistinctBy
from service.searches.supply import SupplyDirection
from service.watchlists.definition import Watched
from service.watchlists.news import NEWS_MEANINGS, NewsKind

T = TypeVar("T", bound=Enum)


def _register(enum: type[T], description: str, meanings: Mapping[T, str], *, name: str | None = None) -> None:
    """Register an enum, each value described by its meaning. Raises KeyError when a value has none."""
    registered: Any = strawberry.enum(enum, name=name, description=description)  # its type hides the definition
    for value, member in zip(registered.__strawberry_definition__.values, enum, strict=True):
        value.description = meanings[member]


_register(EntityType, "Kind of thing that an entity is.", vocabulary().entity_types)
_register(
    RelationType,
    "Kind of a relation; `ontology` says which entities each may tie.",
    {type: f"From subject to object: {relation.meaning}" for type, relation in vocabulary().relations.items()},
)
_register(
    Modality,
    "How a source puts a statement; for a relation the strongest of its claims.",
    {modality: f"The statement is put as: {meaning}" for modality, meaning in vocabulary().modalities.items()},
)
_register(
    RunStatus,
    "Where a load run stands.",
    {
        RunStatus.RUNNING: "The run is still at work.",
        RunStatus.FINISHED: "The run came to its end; refused records are counted.",
        RunStatus.FAILED: "The run could not go on; its error says why.",
        RunStatus.INTERRUPTED: "The run was stopped or its process died.",
    },
)
_register(JobStatus, "How the last run of a job stands.", JOB_STATUS_MEANINGS)
_register(
    Verdict,
    "Whether two entities are one. DIFFERENT and UNSURE keep the pair off the list of candidates.",
    {
        Verdict.SAME: "Both are one entity: their relations are joined.",
        Verdict.DIFFERENT: "They are two entities and stay apart.",
        Verdict.UNSURE: "It could not be decided: they stay apart.",
    },
)
_register(
    Direction,
    "Which way relations are walked. Symmetric relations are walked both ways under each.",
    {
        Direction.OUT: "From the subject to the object.",
        Direction.IN: "From the object to the subject.",
        Direction.ANY: "Both ways, whichever end comes first.",
    },
)
_register(
    UndatedPolicy,
    "What becomes of relations without any date of validity. FLAG includes and counts them.",
    {
        UndatedPolicy.INCLUDE: "They count like any other relation.",
        UndatedPolicy.EXCLUDE: "They are left out of the search.",
        UndatedPolicy.FLAG: "They count, and `report.undated` tells how many.",
    },
)
_register(
    HubMode,
    "What a search does with hubs between the ends.",
    {
        HubMode.NONE: "Hubs are like any other entity.",
        HubMode.BLOCK_TRANSIT: "No path passes through a hub; a hub may still be an end.",
        HubMode.PENALISE: f"A path through a hub ranks as if it were {PENALTY} hops longer.",
    },
)
_register(
    PathStatus,
    "What an answer means: a proven absence is told apart from a limit reached.",
    {
        PathStatus.FOUND: "These are the paths asked for; none that ranks before them is missing.",
        PathStatus.SAME_ENTITY: "Both ends are one and the same entity.",
        PathStatus.NO_PATH: "No path of any length exists under these filters.",
        PathStatus.NONE_WITHIN_BOUNDS: "No path of at most `maxDepth` hops exists under these filters; longer ones may.",
        PathStatus.BUDGET_EXHAUSTED: "A limit stopped the search: what was found is true, but more may exist.",
        PathStatus.IMPOSSIBLE_BY_SCHEMA: "The vocabulary admits no such path, whatever the graph holds.",
    },
)
_register(
    Bound,
    "The limit that shaped an answer.",
    {
        Bound.DEPTH: "Most hops of a path: `budget.maxDepth`.",
        Bound.EXPANSIONS: "Most relations looked at: `budget.maxExpansions`.",
        Bound.TIME: "Time for the search in milliseconds: `budget.timeoutMs`.",
        Bound.PATHS: "Most paths that a search holds at once.",
    },
)
_register(
    EngineName,
    "Which engine carried out the search.",
    {
        EngineName.INDEX: "The graph held in the service's memory.",
        EngineName.CYPHER: "The database, by queries in Cypher.",
        EngineName.PAST: "The graph held in the service's memory, brought back to an earlier version.",
    },
)
_register(
    PathWeight,
    "What makes a path short. CONFIDENCE: a hop of half the confidence is as bad as one hop more. SPECIFICITY: hops and "
    "entities in between cost by how little they tell.",
    {
        PathWeight.HOPS: "Each hop costs 1, whatever it is.",
        PathWeight.CONFIDENCE: "Each hop costs 1 - log2(confidence): half the confidence is one hop more.",
        PathWeight.SPECIFICITY: "Each hop and each entity in between costs by how little it tells; see `Hop.cost`.",
    },
)
_register(
    DistinctBy,
    "When two paths are two. ENTITIES folds all relations of a hop into one path.",
    {
        DistinctBy.ENTITIES: "They pass other entities; each hop holds all relations between its two.",
        DistinctBy.RELATION_TYPES: "They pass other entities or relation types; each hop holds the relations of one type.",
        DistinctBy.RELATIONS: "They pass other relations; each hop holds one.",
    },
)
_register(
    ChangeKind,
    "What became of something that is watched.",
    {
        ChangeKind.ADDED: "It was not there before.",
        ChangeKind.CHANGED: "It was there before and differs now.",
        ChangeKind.REMOVED: "It was there before and is gone.",
    },
)
_register(
    MatchKind,
    "How a name was met, best first.",
    {
        MatchKind.ID: "What was asked for is its id.",
        MatchKind.NAME: "What was asked for is its canonical name.",
        MatchKind.ALIAS: "What was asked for is one of its aliases.",
        MatchKind.FUZZY: "One of its names resembles what was asked for.",
    },
)
_register(
    Clock,
    "Which time of a claim counts.",
    {
        Clock.HAPPENED: "When the stated thing happened or began; where no source says so, when it was published.",
        Clock.PUBLISHED: "Day on which the document was published.",
    },
)
_register(
    Interval,
    "Length of a period; weeks start on Monday.",
    {
        Interval.DAY: "One period for each day.",
        Interval.WEEK: "One period for each week, from Monday on.",
        Interval.MONTH: "One period for each calendar month.",
        Interval.YEAR: "One period for each calendar year.",
    },
)
_register(
    DistributionField,
    "By what claims are counted.",
    {
        DistributionField.RELATION_TYPE: "By the type of the stated relation.",
        DistributionField.MODALITY: "By how the source puts it.",
        DistributionField.PUBLISHER: "By the publisher of the document.",
        DistributionField.EXTRACTOR: "By name and version of the extractor.",
        DistributionField.PREDICATE: "By the source's own words for the relation.",
    },
)
_register(
    ExposureKind,
    "How an entity is bound to a listed one; where it goes on, it follows the ownership of the firm it met.",
    {
        ExposureKind.DIRECT: "The entity is listed itself.",
        ExposureKind.OWNED: "A listed entity owns it, in one step or several.",
        ExposureKind.OWNS: "It owns a listed entity, in one step or several.",
        ExposureKind.SUPPLIES_TO: "Its goods or licences go to a listed firm or its group.",
        ExposureKind.SOURCES_FROM: "It gets goods or licences from a listed firm or its group.",
        ExposureKind.TESTED: "It tested products of a listed firm or its group.",
        ExposureKind.PARTNERS_WITH: "It works jointly with a listed firm or its group.",
        ExposureKind.SHARED_OFFICER: "Someone holds a role both there and at a listed entity.",
    },
)
_register(
    OutvotedBecause,
    "Why a claim does not decide how its relation stands.",
    {
        OutvotedBecause.SAME_PUBLISHER: "Its publisher says the same more surely elsewhere, and counts once.",
        OutvotedBecause.WEAKER: "Others put it more strongly, as a fact instead of a plan.",
        OutvotedBecause.ENDED_SINCE: "It held, and a claim that is not older says that it ended.",
        OutvotedBecause.HELD_AGAIN: "It says that the relation ended, and a later claim that it holds.",
        OutvotedBecause.CONTRADICTED: "It denies what others state or call ended.",
    },
)
_register(
    OwnershipReading,
    "How holdings along a chain count.",
    {
        OwnershipReading.SUM: "A part of a part: shares along a chain are multiplied, and all chains added up.",
        OwnershipReading.CONTROL: "Majorities in cascade: the holding of a party, or of a firm in its hands, counts whole, "
        "any other not at all. The 50 % rules of OFAC and BIS and ownership in the EU and the UK are read like this.",
    },
)
_register(
    OwnershipVerdict,
    "Whether the parties reach the threshold.",
    {
        OwnershipVerdict.YES: "They do, whatever the shares that are not known.",
        OwnershipVerdict.NO: "They do not, whatever the shares that are not known, as far as owners are recorded.",
        OwnershipVerdict.POSSIBLE: "It depends on shares that are not known.",
    },
)
_register(
    ShareBasis,
    "Where the share of a holding is known from.",
    {
        ShareBasis.STATED: "A source states a number.",
        ShareBasis.WORDS: 'A source puts it in words, as "a majority" or "wholly owns".',
        ShareBasis.RELATION: "The firm is called a subsidiary or bought: more than half.",
        ShareBasis.UNKNOWN: "No source says how much it is.",
    },
)
_register(
    SupplyDirection,
    "Toward what is depended on, or toward what depends.",
    {
        SupplyDirection.UPSTREAM: "Toward suppliers: what the entity depends on.",
        SupplyDirection.DOWNSTREAM: "Toward customers: what depends on the entity.",
    },
)
_register(
    NeighbourGrouping,
    "By what neighbours are counted: their kind, the kinds of the relations to them, where they lie.",
    {
        NeighbourGrouping.TYPE: "By the type of the neighbour.",
        NeighbourGrouping.RELATION: "By the type of the relation; a neighbour counts under each.",
        NeighbourGrouping.COUNTRY: "By the country that it lies in, or that it is.",
    },
    name="NeighborGrouping",
)
_register(
    AskedBy,
    "What read a question in words.",
    {
        AskedBy.FORMS: "A form of questions that fits it from end to end.",
        AskedBy.MODEL: "The language model that the service was given: look at the call before you trust the answer.",
    },
)
_register(
    Watched,
    "What of its entities a watch list watches.",
    {
        Watched.EXPOSURE: "Their ties to entities that someone has listed.",
        Watched.RELATIONS: "Their relations: what comes, changes and ends.",
    },
)
_register(NewsKind, "What kind of news a notice is.", NEWS_MEANINGS)
