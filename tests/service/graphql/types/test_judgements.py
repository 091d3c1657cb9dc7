"""Judgements and candidates as the API shows them."""

import datetime as dt

from graph_schema import domain
from graph_schema.ids import EntityId
from graph_schema.writing import Likeness
from service.graphql.types.judgements import Judgement, SameAsCandidate

ONE, OTHER = EntityId("company:one"), EntityId("company:other")


def test_a_judgement_tells_who_decided_what_and_why() -> None:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    shown = Judgement.from_domain(domain.Judgement(ONE, OTHER, domain.Verdict.SAME, "Anna", at, "one address"))
    assert (shown.verdict, shown.by, shown.at, shown.reason) == (domain.Verdict.SAME, "Anna", at, "one address")
    assert shown.ends == (ONE, OTHER)


def test_a_candidate_tells_what_speaks_for_it() -> None:
    shown = SameAsCandidate.from_domain(Likeness(OTHER, 0.9, ("names alike",)))
    assert (shown.other, shown.score, shown.reasons) == (OTHER, 0.9, ["names alike"])
