"""Real files of the sources, where they lie beside the repository: nothing in them is refused, all records are accounted for.

They may not be redistributed; CHOKEPOINT_SHARED names their folder.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from graph_schema.errors import MalformedRecord
from graph_schema.vocabulary import Modality
from loaders.loading.inputs import RecordInput
from loaders.resolution.linking import Statement
from loaders.sources.eto import SupplyChain
from loaders.sources.followthemoney import FollowTheMoney
from loaders.sources.gdelt import Gdelt
from loaders.sources.records import RecordSource

FOLDER = Path(os.environ.get("CHOKEPOINT_SHARED") or Path(__file__).parents[4] / "shared") / "data"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the sources' real files are not here")


def read(source: RecordSource) -> tuple[Counter[str], list[Statement]]:
    counts: Counter[str] = Counter()
    statements: list[Statement] = []
    for record in RecordInput("any", source).records():
        if isinstance(record, MalformedRecord):
            assert "one and the same entity" in record.problem, record
            counts["refused"] += 1
        else:
            counts["silent" if record.silent else "taken"] += 1
            statements += record.statements
    return counts, statements


def lines(path: Path) -> int:
    return sum(1 for line in path.read_bytes().splitlines() if line.strip())


@pytest.mark.parametrize(
    "file", sorted(FOLDER.glob("ftm_sample/*.json")) if FOLDER.is_dir() else [], ids=lambda f: f.name
)
def test_every_entity_is_accounted_for(file: Path) -> None:
    counts, _ = read(FollowTheMoney([str(file)]))
    assert counts.total() == lines(file)
    assert counts["refused"] <= 3


def test_which_units_of_smic_are_listed_by_which_list_since_when() -> None:
    _, statements = read(FollowTheMoney([str(FOLDER / "ftm_sample" / "us_cn_restricted.ftm.json")]))
    since: dict[str, str] = {}
    for statement in statements:
        claim, unit = statement.claim, statement.entities[1].entity
        names = {unit.name, *unit.aliases}
        if (
            claim.subject == "policy:1260h-list"
            and any("SMIC" in name for name in names)
            and claim.valid_from is not None
        ):
            since[unit.name] = min(since.get(unit.name, "9"), str(claim.valid_from))
    assert len(since) == 10
    assert (since["SMIC"], since["SMIC Holdings"], since["SMIC, Americas"]) == (
        "2021-06-03",
        "2021-06-03",
        "2025-01-07",
    )


def test_cxmt_was_listed_delisted_and_listed_again() -> None:
    _, statements = read(FollowTheMoney([str(FOLDER / "ftm_sample" / "us_cn_restricted.ftm.json")]))
    found = sorted(
        (str(s.claim.date), s.claim.modality)
        for s in statements
        if s.claim.subject == "policy:1260h-list" and s.claim.object == "company:cxmt"
    )
    assert found == [
        ("2025-01-07", Modality.ASSERTED),
        ("2026-02-17", Modality.ENDED),
        ("2026-06-08", Modality.ASSERTED),
    ]


def test_euv_depends_on_asml() -> None:
    counts, statements = read(SupplyChain(str(FOLDER / "eto_supply_chain")))
    assert counts == {"taken": 1036, "silent": 93}
    makers = {
        (s.claim.subject, s.claim.share)
        for s in statements
        if s.claim.relation == "PRODUCES" and "EUV" in s.entities[1].entity.name
    }
    assert makers == {("company:asml", 1.0), ("country:netherlands", 1.0)}


def test_events_and_mentions_are_accounted_for() -> None:
    folder = FOLDER / "gdelt_sample"
    export, mentions = (next(folder.glob(f"*.{part}")) for part in ("export.CSV", "mentions.csv"))
    counts, _ = read(Gdelt([str(export)], [str(mentions)]))
    assert counts.total() == lines(export) + lines(mentions) - 1
    assert counts["refused"] == 0
