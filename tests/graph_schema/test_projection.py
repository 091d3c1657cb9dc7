"""What several claims say together: pure, whatever their order or grouping."""

import datetime as dt
from dataclasses import replace
from itertools import groupby
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.domain import Claim, Document, Span
from graph_schema.ids import DocumentId, EntityId
from graph_schema.projection import Evidence, Projection, noisy_or, project
from graph_schema.vocabulary import LIVE_MODALITIES, Modality, RelationType

EARLY, MIDDLE, LATE = dt.date(2020, 12, 18), dt.date(2022, 6, 1), dt.date(2025, 1, 1)


def said(
    modality: Modality = Modality.ASSERTED,
    date: dt.date | None = None,
    *,
    publisher: str | None = "Reuters",
    confidence: float = 0.5,
    published: dt.date | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> Evidence:
    document = Document(DocumentId(f"doc:{publisher}{published}"), publisher=publisher, published=published)
    claim = Claim(
        document=document.id,
        span=Span(0, 1),
        sentence="",
        subject=EntityId("country:us"),
        relation=RelationType.SANCTIONS,
        object=EntityId("company:cxmt"),
        predicate="sanctions",
        modality=modality,
        confidence=confidence,
        date=date,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return Evidence.of(claim, document)


def projected(*evidence: Evidence) -> Projection:
    result = project(evidence)
    assert result is not None
    return result


def test_no_claim_makes_no_edge() -> None:
    assert project([]) is None


@pytest.mark.parametrize("weaker", LIVE_MODALITIES[1:])
def test_the_strongest_live_modality_is_the_status(weaker: Modality) -> None:
    assert projected(said(weaker), said()).status is Modality.ASSERTED


def test_one_publisher_counts_once_however_often_it_says_so() -> None:
    result = projected(said(confidence=0.5), said(confidence=0.6), said(publisher="REUTERS", confidence=0.2))
    assert (result.confidence, result.sources, result.claims) == (0.6, 1, 3)


def test_independent_publishers_make_it_surer() -> None:
    result = projected(said(confidence=0.5), said(publisher="AP", confidence=0.5))
    assert (result.confidence, result.sources) == (0.75, 2)


def test_documents_without_a_publisher_count_as_their_own() -> None:
    result = projected(said(publisher=None, published=EARLY), said(publisher=None, published=LATE))
    assert (result.confidence, result.sources) == (0.75, 2)


def test_what_only_might_be_does_not_make_the_fact_surer() -> None:
    assert projected(said(confidence=0.3), said(Modality.POSSIBLE, publisher="AP", confidence=1.0)).confidence == 0.3


@pytest.mark.parametrize(
    ("claims", "status", "valid_to"),
    [
        pytest.param([said(date=EARLY), said(Modality.ENDED, MIDDLE)], Modality.ENDED, MIDDLE, id="listed, delisted"),
        pytest.param(
            [said(date=EARLY), said(Modality.ENDED, MIDDLE), said(date=LATE)],
            Modality.ASSERTED,
            None,
            id="and relisted",
        ),
        pytest.param([said(date=LATE), said(Modality.ENDED)], Modality.ENDED, None, id="an undated end closes"),
        pytest.param([said(), said(Modality.ENDED, MIDDLE)], Modality.ENDED, MIDDLE, id="over an undated fact too"),
        pytest.param(
            [said(published=LATE), said(Modality.ENDED, published=LATE)],
            Modality.ENDED,
            LATE,
            id="on one day the end counts, by the documents' dates",
        ),
        pytest.param(
            [said(date=EARLY), said(Modality.ENDED, LATE, valid_to=MIDDLE)],
            Modality.ENDED,
            MIDDLE,
            id="the stated end goes before the date of the statement",
        ),
        pytest.param([said(Modality.DENIED, LATE)], Modality.DENIED, None, id="only denied"),
        pytest.param([said(date=EARLY), said(Modality.DENIED, LATE)], Modality.ASSERTED, None, id="a denial is no end"),
        pytest.param(
            [said(valid_from=EARLY, valid_to=MIDDLE)], Modality.ASSERTED, MIDDLE, id="a stated end of a live relation"
        ),
        pytest.param(
            [said(valid_from=EARLY, valid_to=MIDDLE), said(valid_from=LATE)],
            Modality.ASSERTED,
            None,
            id="begun again without an end",
        ),
    ],
)
def test_an_end_closes_a_relation_until_it_is_stated_again(
    claims: list[Evidence], status: Modality, valid_to: dt.date | None
) -> None:
    result = projected(*claims)
    assert (result.status, result.valid_to) == (status, valid_to)


def test_first_and_last_seen_are_days_of_publication_else_of_the_statement() -> None:
    result = projected(said(date=EARLY, published=LATE), said(date=MIDDLE))
    assert (result.first_seen, result.last_seen) == (MIDDLE, LATE)


dates = st.none() | st.sampled_from([EARLY, MIDDLE, LATE])
evidence = st.builds(
    said,
    st.sampled_from(Modality),
    dates,
    publisher=st.sampled_from(["Reuters", "AP", None]),
    confidence=st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]),
    published=dates,
    valid_from=dates,
    valid_to=dates,
)


@given(st.lists(evidence), st.randoms(use_true_random=False))
def test_order_and_grouping_do_not_matter(parts: list[Evidence], random: Random) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)
    key = lambda part: (part.publisher, part.modality)  # noqa: E731
    grouped = [_sum(list(group)) for _, group in groupby(sorted(parts, key=key), key)]
    assert project(parts) == project(shuffled) == project(grouped)


def _sum(parts: list[Evidence]) -> Evidence:
    """What the database makes of the claims of one publisher in one modality."""

    def dates(name: str) -> list[dt.date]:
        return [date for part in parts if (date := getattr(part, name)) is not None]

    return replace(
        parts[0],
        claims=sum(part.claims for part in parts),
        confidence=max(part.confidence for part in parts),
        undated=any(part.undated for part in parts),
        first_seen=min(dates("first_seen"), default=None),
        valid_from=min(dates("valid_from"), default=None),
        last_seen=max(dates("last_seen"), default=None),
        happened=max(dates("happened"), default=None),
        valid_to=max(dates("valid_to"), default=None),
        open_from=max(dates("open_from"), default=None),
    )


@given(st.lists(st.floats(0, 1)))
def test_noisy_or_is_a_probability_no_lower_than_its_surest_source(confidences: list[float]) -> None:
    assert max(confidences, default=0.0) - 1e-9 <= noisy_or(confidences) <= 1.0
