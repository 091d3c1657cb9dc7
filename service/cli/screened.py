"""What a screening found, as JSON lines and as rows of CSV: one line for each name, one row for each candidate."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from graph_schema.shares import ShareBasis
from graph_schema.vocabulary import RelationType
from service.cli.present import arrow_text, percent
from service.export.flat import cell
from service.records_shown import entity_json
from service.searches.exposure import Exposure
from service.searches.ownership import OwnershipAnswer
from service.searches.screening import Screened, ScreenedEntity, ScreenedMatch

_HOLDINGS = 5
"""Most holdings that an explanation names."""

COLUMNS = (
    *("row", "line", "name", "type", "country", "id", "outcome", "candidate", "score"),
    *("entity_id", "entity_name", "entity_type", "entity_countries", "why", "listed_by", "exposures", "exposure"),
    *("ownership_sum", "sum_lower", "sum_upper", "sum_why"),
    *("ownership_control", "control_lower", "control_upper", "control_why", "graph_version"),
)
"""Of the CSV; `candidate` counts those of one name from 1."""


def json_line(number: int, one: Screened) -> bytes:
    """The answer to the record of this number as one JSON line."""
    asked = one.asked
    return orjson.dumps(
        {
            "row": number,
            "line": asked.line,
            "name": asked.name,
            "type": asked.type,
            "country": asked.country,
            "id": asked.id,
            "outcome": one.outcome.name,
            "graphVersion": one.graph_version,
            "matches": [_match(match) for match in one.matches],
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def csv_header() -> bytes:
    """The first line of the CSV."""
    return _rows([COLUMNS])


def csv_rows(number: int, one: Screened) -> bytes:
    """A row for each candidate; one with empty fields for a name without any."""
    asked = one.asked
    given = [number, asked.line, asked.name, asked.type, asked.country, asked.id, one.outcome.name]
    if not one.matches:
        return _rows([[*given, *[None] * (len(COLUMNS) - len(given) - 1), one.graph_version]])
    rows = ([*given, i, *_flat(match), one.graph_version] for i, match in enumerate(one.matches, 1))
    return _rows(rows)


def _rows(rows: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _flat(match: ScreenedMatch) -> Iterator[Any]:
    entity, told = match.candidate.entity, match.told
    yield from (match.candidate.score, entity.id, entity.name, entity.type.value)
    yield "; ".join(country.name for country in match.candidate.countries)
    yield "; ".join(f"{one.feature} {one.factor:.4g}: {one.detail}" for one in match.candidate.reasons)
    yield "; ".join(_listing(lister.name, relation.type) for lister, relation in told.listings)
    yield told.exposures
    yield "; ".join(f"{tie.kind.name}: {_tie(tie, told)}" for tie in told.nearest)
    for owned in (told.sum, told.control):
        if owned is None:
            yield from [None] * 4
        else:
            yield from (owned.verdict.name, owned.lower, owned.upper, _holding_words(owned))


def _match(match: ScreenedMatch) -> dict[str, Any]:
    candidate, told = match.candidate, match.told
    owned = {"sum": told.sum, "control": told.control}
    return {
        "entity": entity_json(candidate.entity),
        "score": candidate.score,
        "why": [{"feature": one.feature, "factor": one.factor, "detail": one.detail} for one in candidate.reasons],
        "countries": [country.name for country in candidate.countries],
        "listings": [
            {
                "by": entity_json(lister),
                "type": relation.type.name,
                "validFrom": None if relation.valid_from is None else relation.valid_from.isoformat(),
            }
            for lister, relation in told.listings
        ],
        "exposure": {
            "ties": told.exposures,
            "partial": told.partial,
            "nearest": [
                {
                    "kind": tie.kind.name,
                    "distance": tie.distance,
                    "listed": entity_json(tie.entity),
                    "pathId": None if tie.path is None else tie.path.id,
                    "explanation": _tie(tie, told),
                }
                for tie in told.nearest
            ],
        },
        "ownership": {reading: None if one is None else _owned(one) for reading, one in owned.items()},
    }


def _owned(one: OwnershipAnswer) -> Mapping[str, Any]:
    return {
        "verdict": one.verdict.name,
        "lower": one.lower,
        "upper": one.upper,
        "recorded": one.recorded,
        "parties": [entity_json(party.entity) for party in one.parties],
        "explanation": _holding_words(one),
    }


def _listing(lister: str, how: RelationType) -> str:
    return f"{lister} ({how.value})"


def _tie(tie: Exposure, told: ScreenedEntity) -> str:
    """The chain to the listed entity, each step by its surest relation."""
    if tie.path is None:
        by = ", ".join(_listing(lister.name, relation.type) for lister, relation in told.listings)
        return f"{tie.entity.name} is listed itself" + (f" by {by}" if by else "")
    words = tie.path.hops[0].source.name
    for hop in tie.path.hops:
        relation = hop.relations[0]
        forward = relation.subject == hop.source.id
        words += arrow_text("", relation.type.value, hop.target.name, forward=forward, status=relation.status)
    return words


def _holding_words(one: OwnershipAnswer) -> str:
    """Who has how much of it, and over which holdings."""
    held = f"{percent(one.lower, one.upper)} held by listed parties"
    if not one.holdings:
        return held if one.report.hint is None else f"{held}: {one.report.hint}"
    parties: Sequence[str] = [party.entity.name for party in one.parties]
    chain = [
        f"{holding.owner.name} → {holding.owned.name} "
        + ("of unknown size" if holding.basis is ShareBasis.UNKNOWN else percent(holding.lower, holding.upper))
        for holding in one.holdings[:_HOLDINGS]
    ]
    more = len(one.holdings) - len(chain)
    return f"{held}: {', '.join(parties)} ({'; '.join(chain)}{f'; {more} more' if more else ''})"
