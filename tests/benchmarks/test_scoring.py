"""The scorer: which name stands for which entity, what counts as right, what the figures are."""

import pytest

from benchmarks.reading.names import EntityNames, normalised
from benchmarks.reading.passages import GoldEntity, GoldTriple, Passage
from benchmarks.reading.report import Measured, report
from benchmarks.reading.scoring import Prediction, score
from graph_schema.vocabulary import EntityType, Modality, RelationType

TEXT = "The World Trade Organization heard that Velmora Semiconductor Co., Ltd. runs a fab in Arizona. The chipmaker met Orbin."
ENTITIES = (
    GoldEntity(
        name="World Trade Organization", type=EntityType.ORGANIZATION, mentions=("The World Trade Organization",)
    ),
    GoldEntity(
        name="Velmora Semiconductor",
        type=EntityType.COMPANY,
        mentions=("Velmora Semiconductor Co., Ltd.", "The chipmaker"),
    ),
    GoldEntity(name="Velmora Arizona fab", type=EntityType.FACILITY, mentions=("a fab",)),
    GoldEntity(name="Orbin", type=EntityType.COMPANY, mentions=("Orbin",)),
)


def passage(*triples: GoldTriple, id: str = "p1", publisher: str = "own words: wire copy") -> Passage:
    return Passage(id=id, publisher=publisher, text=TEXT, entities=ENTITIES, triples=triples)


def triple(subject: str, relation: RelationType, object: str, modality: Modality = Modality.ASSERTED) -> GoldTriple:
    return GoldTriple(subject=subject, relation=relation, object=object, modality=modality, evidence=TEXT)


OWNS = triple("Velmora Semiconductor", RelationType.OWNS, "Velmora Arizona fab")
PARTNERS = triple("Velmora Semiconductor", RelationType.PARTNERS_WITH, "Orbin", Modality.PLANNED)


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        pytest.param("The Velmora Semiconductor Co Ltd", "Velmora Semiconductor", id="article and legal suffix"),
        pytest.param("WTO", "World Trade Organization", id="acronym"),
        pytest.param("World Trade Organisation", "World Trade Organization", id="British spelling"),
        pytest.param("Velmora Arizona plant", "Velmora Arizona fab", id="another word for a site"),
        pytest.param("ORBIN's", "Orbin", id="case and possessive"),
    ],
)
def test_another_form_of_a_name_is_the_same_entity(name: str, entity: str) -> None:
    assert EntityNames(ENTITIES).find(name) == normalised(entity)


def test_a_common_noun_names_an_entity_only_as_a_mention() -> None:
    names = EntityNames(ENTITIES)
    assert names.find("The chipmaker") == "velmora semiconductor"  # begins with a capital here, as a name would
    assert names.find("a fab") == normalised("a fab")
    assert names.find("a fab", "a fab") == normalised("Velmora Arizona fab")


def test_a_name_that_the_passage_lacks_stands_for_itself() -> None:
    assert EntityNames(ENTITIES).find("Kestrel Photonics Ltd", "Kestrel") == "kestrel photonics"


def test_a_triple_is_right_whatever_its_modality_and_the_modality_is_told_apart() -> None:
    result = score([passage(OWNS, PARTNERS)], [Prediction("p1", "Orbin", "PARTNERS_WITH", "Velmora Semiconductor")])
    assert (result.triples.gold, result.triples.predicted, result.triples.right) == (2, 1, 1)
    assert (result.with_modality.right, result.modality_right) == (0, 0.0)


def test_a_relation_with_a_direction_is_wrong_the_other_way_round_and_its_pair_right() -> None:
    result = score([passage(OWNS)], [Prediction("p1", "Velmora Arizona fab", "OWNS", "Velmora Semiconductor")])
    assert (result.triples.right, result.pairs.right) == (0, 1)
    assert [key.subject for key in result.wrong] == [normalised("Velmora Arizona fab")]


def test_what_the_vocabulary_lacks_counts_as_a_pair_alone() -> None:
    related = triple("Orbin", RelationType.RELATED_TO, "World Trade Organization")
    result = score([passage(related)], [Prediction("p1", "WTO", "RELATED_TO", "Orbin")])
    assert (result.triples.gold, result.triples.predicted, result.pairs.right) == (0, 0, 1)


def test_a_statement_found_twice_counts_once_with_its_greater_confidence() -> None:
    found = [
        Prediction("p1", "Velmora Semiconductor", "OWNS", "Velmora Arizona fab", confidence=0.41),
        Prediction("p1", "Velmora", "OWNS", "a fab", "asserted", 0.93, "The chipmaker", "a fab"),
        Prediction("p1", "Orbin", "OWNS", "Velmora Arizona fab", confidence=0.95),
    ]
    result = score([passage(OWNS)], found)
    [tenth] = result.calibration
    assert (result.triples.predicted, tenth.lowest, tenth.predicted, tenth.right) == (2, 0.9, 2, 1)
    assert tenth.mean_confidence == pytest.approx(0.94)


def test_a_confidence_on_the_border_of_two_tenths_belongs_to_the_upper_and_one_to_the_last() -> None:
    found = [
        Prediction("p1", "Orbin", "OWNS", name, confidence=at) for name, at in (("a", 0.3), ("b", 0.7), ("c", 1.0))
    ]
    assert [tenth.lowest for tenth in score([passage(OWNS)], found).calibration] == [0.3, 0.7, 0.9]


def test_the_interval_is_the_same_each_time_and_holds_the_figure() -> None:
    passages = [passage(OWNS, PARTNERS, id=f"p{number}") for number in range(8)]
    found = [Prediction(f"p{number}", "Velmora Semiconductor", "OWNS", "Velmora Arizona fab") for number in range(5)]
    result = score(passages, found)
    assert result.interval == score(passages, found).interval
    low, high = result.interval
    assert low < result.triples.f1 < high


def test_nothing_found_and_nothing_to_find_are_no_error() -> None:
    assert score([passage()], []).triples.f1 == 0.0
    assert score([], [Prediction("p9", "a", "OWNS", "b")]).unknown_passages == 1


def test_publishers_of_few_passages_are_told_together() -> None:
    passages = [passage(OWNS, id=f"p{number}", publisher="large") for number in range(3)]
    passages += [passage(OWNS, id=name, publisher=name) for name in ("small", "tiny")]
    measured = Measured("set", "rules", score(passages, []), {"large": 3, "small": 1, "tiny": 1})
    groups = [line.split("  ")[0] for line in report(measured).split("group")[1].splitlines()[1:3]]
    assert groups == ["large", "others (2)"]
