"""What each tool of agents answers with, beside what every answer carries."""

from pydantic import Field

from service.agents.answers import Actor, AgentAnswer, CitedPath, Part


class CandidateEntity(Part):
    """An entity that a name may mean."""

    entity: Actor
    aliases: list[str] = Field(description="Other names, at most ten.")
    match: str = Field(description="How the name was met: ID, NAME, ALIAS, or FUZZY: it only resembles it.")
    matched: str = Field(description="The one of its names that came closest.")
    similarity: float = Field(description="Of that name to what was asked for, in [0, 1].")
    relations: int = Field(description="Relations that it is an end of.")
    citations: list[int] = Field(description="Numbers of citations that speak of it; empty: no claim does.")


class CandidateList(AgentAnswer):
    """Entities that a name may mean, best first."""

    candidates: list[CandidateEntity]


class PathList(AgentAnswer):
    """Paths between two entities, the most telling first."""

    paths: list[CitedPath]


class TieToListed(Part):
    """A tie to an entity that someone has listed."""

    kind: str = Field(description="DIRECT: it is listed itself; else how it is tied to the listed one.")
    distance: int = Field(description="Hops to the listed entity; 0: it is listed itself.")
    entity: Actor = Field(description="The listed entity.")
    listed: list[int] = Field(description="Numbers of the statements that list it.")
    path: CitedPath | None = Field(default=None, description="The way to it; null: it is listed itself.")


class ExposureList(AgentAnswer):
    """Ties of an entity to listed ones, nearest first."""

    entity: Actor
    ties: list[TieToListed]


class SupplyStep(Part):
    """An entity of a supply chain and the shortest chain to it."""

    entity: Actor
    tier: int
    path: CitedPath


class SupplyTiers(AgentAnswer):
    """What an entity depends on, or what depends on it."""

    entity: Actor
    chains: list[SupplyStep]


class CutOff(Part):
    """An entity that every known chain to some others passes."""

    entity: Actor
    tier: int
    cut_off: list[SupplyStep] = Field(description="What is reached through it alone, at most ten, each with its chain.")
    cut_off_in_all: int


class OneCountryInput(Part):
    """A thing whose known producers all lie in one country."""

    entity: Actor
    country: Actor
    producers: int = Field(description="Number of its known producers.")
    produced_by: list[int] = Field(description="Numbers of the statements on who produces it.")
    placed: list[CitedPath] = Field(description="By what producers that are not the country itself lie there.")


class ChokePointList(AgentAnswer):
    """Where a supply chain hangs on one entity or one country."""

    entity: Actor
    reached: int = Field(description="Entities in the chain, its start left out.")
    choke_points: list[CutOff] = Field(description="Those that cut off most first.")
    single_country_inputs: list[OneCountryInput]
    lost_without: list[SupplyStep] = Field(description="What is lost without the entities named, at most ten.")
    lost_in_all: int


class DatedStatement(Part):
    """A statement and its day."""

    day: str | None = Field(default=None, description="By the clock that was asked for; null: no source tells.")
    statement: int = Field(description="Its number.")


class ChangeList(AgentAnswer):
    """What was stated of entities, newest first."""

    changes: list[DatedStatement]


class Meaning(Part):
    """A term of the vocabulary."""

    term: str
    meaning: str


class RelationTerm(Meaning):
    """A type of relation, and what it may tie."""

    subject_types: list[str]
    object_types: list[str]
    both_ways: bool


class VocabularyAnswer(AgentAnswer):
    """The vocabulary, and what one question may ask for."""

    version: int
    entity_types: list[Meaning]
    relations: list[RelationTerm]
    modalities: list[Meaning]
    limits: dict[str, int]
