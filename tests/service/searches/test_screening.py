"""Screening a batch of names: who is meant, why, what listed parties have to do with it."""

import pytest

from graph_schema.database.graph import Graph
from graph_schema.errors import MalformedRecord
from graph_schema.screening import AskedName
from graph_schema.shares import ShareBasis
from graph_schema.vocabulary import EntityType, RelationType
from service.engines.cypher import CypherEngine
from service.searches.desk import Searches
from service.searches.exposure import ExposureKind
from service.searches.ownership import OwnershipVerdict
from service.searches.screening import Screened, Screening, ScreeningOutcome, ScreeningRules
from service.settings import ServiceSettings
from tests.service.holdings_build import Owners, owners

pytestmark = pytest.mark.anyio


def namesakes() -> Owners:
    """The owners, two firms of one name in two countries, and a person with an alias."""
    build = owners()
    china, peru = (build.entity(EntityType.COUNTRY, name) for name in ("China", "Peru"))
    for name, country in (("Sunrise Trading (China)", china), ("Sunrise Trading (Peru)", peru)):
        firm = build.entity(EntityType.COMPANY, name, "Sunrise Trading")
        build.says(firm, RelationType.LOCATED_IN, country)
    return build


def asked(
    name: str | None, type: EntityType | None = None, country: str | None = None, id: str | None = None
) -> AskedName:
    return AskedName("list", 1, name, type, country, id)


@pytest.fixture
async def screening(graph: Graph) -> Screening:
    """Screens against the graph of namesakes and owners."""
    await namesakes().write(graph)
    searches = Searches(CypherEngine(graph, hub_degree=1_000), ServiceSettings())
    return Screening(graph, searches, ServiceSettings(), ScreeningRules())


async def screen(screening: Screening, *names: AskedName) -> list[Screened]:
    answers = await screening.screen(names)
    assert all(isinstance(one, Screened) for one in answers), answers
    return [one for one in answers if isinstance(one, Screened)]


async def test_a_name_an_alias_and_an_id_are_told_apart(screening: Screening) -> None:
    by_name, by_id, unknown, close = await screen(
        screening,
        asked("Steel Works"),
        asked(None, id="company:iron-bank"),
        asked("Nobody At All"),
        asked("Steel Worcs"),
    )
    assert [one.outcome for one in (by_name, by_id, unknown, close)] == [
        ScreeningOutcome.MATCH,
        ScreeningOutcome.MATCH,
        ScreeningOutcome.NO_MATCH,
        ScreeningOutcome.POSSIBLE,
    ]
    assert [reason.feature for reason in by_name.matches[0].candidate.reasons] == ["name"]
    assert [reason.feature for reason in by_id.matches[0].candidate.reasons] == ["identifier"]
    assert unknown.matches == ()


async def test_namesakes_are_told_apart_by_their_country(screening: Screening) -> None:
    both, one = await screen(screening, asked("Sunrise Trading"), asked("Sunrise Trading", country="Peru"))
    assert both.outcome is ScreeningOutcome.NAMESAKES
    assert sorted(match.candidate.countries[0].name for match in both.matches) == ["China", "Peru"]
    assert one.outcome is ScreeningOutcome.MATCH
    assert one.matches[0].candidate.entity.name == "Sunrise Trading (Peru)"
    assert [reason.feature for reason in one.matches[1].candidate.reasons] == ["name", "alias", "country"]


async def test_exposure_and_both_readings_of_ownership_stand_with_a_match(screening: Screening) -> None:
    works, bank = await screen(screening, asked("Steel Works"), asked("Iron Bank"))
    told = works.matches[0].told
    assert told.sum is not None
    assert told.control is not None
    assert (told.sum.verdict, told.control.verdict) == (OwnershipVerdict.YES, OwnershipVerdict.YES)
    assert told.sum.lower == pytest.approx(0.55 / 0.94)
    assert told.sum.holdings[0].basis is ShareBasis.STATED
    assert ExposureKind.OWNED in {tie.kind for tie in told.nearest}
    listed = bank.matches[0].told
    assert [(lister.name, how.type) for lister, how in listed.listings] == [("United States", RelationType.SANCTIONS)]
    assert listed.nearest[0].kind is ExposureKind.DIRECT


async def test_a_country_that_is_not_known_is_a_refused_row_and_the_others_are_answered(screening: Screening) -> None:
    refused, answered = await screening.screen([asked("Steel Works", country="Atlantis"), asked("Steel Works")])
    assert isinstance(refused, MalformedRecord)
    assert "country is 'Atlantis'" in str(refused)
    assert isinstance(answered, Screened)
    assert await screening.screen([]) == []
