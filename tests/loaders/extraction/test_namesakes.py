"""Firms with a place or another firm in their name, firms named like goods, and towns named like others."""

import pytest

from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Article


def edges(text: str) -> set[tuple[str, str, str]]:
    (extraction,) = spacy_extractor().extract([Article("x", text)])
    return {(triple.subject.name, str(triple.relation), triple.object.name) for triple in extraction.triples}


@pytest.mark.parametrize(
    ("text", "firm"),
    [
        pytest.param("Siemens Brazil acquired Veld Semiconductor.", "Siemens Brazil", id="country"),
        pytest.param("Toyota Motor Europe acquired Veld Semiconductor.", "Toyota Motor Europe", id="continent"),
        pytest.param(
            "Marlin Semiconductor India acquired Veld Semiconductor.", "Marlin Semiconductor India", id="unknown firm"
        ),
        pytest.param("SK Hynix America acquired Veld Semiconductor.", "SK Hynix America", id="the longest known name"),
        pytest.param(
            "Ericsson Nikola Tesla acquired Veld Semiconductor.", "Ericsson Nikola Tesla", id="a firm and a person"
        ),
        pytest.param("Solveig Nickel acquired Veld Semiconductor.", "Solveig Nickel", id="a raw material"),
        pytest.param("Kestrel Drones acquired Veld Semiconductor.", "Kestrel Drones", id="goods"),
    ],
)
def test_a_firm_is_its_whole_name(text: str, firm: str) -> None:
    assert edges(text) == {(firm, "ACQUIRES", "Veld Semiconductor")}


def test_a_legal_form_at_the_end_of_a_sentence_joins_no_firm_to_the_next() -> None:
    found = edges("Renesas owns a stake in Wolfspeed Inc. Infineon operates a plant in Dresden.")
    assert found
    assert not any("Wolfspeed Inc" in end for edge in found for end in edge)


def test_a_known_firm_that_ends_in_a_place_keeps_its_legal_form() -> None:
    owners = edges("Nytex Composites Co and Symtek Automation Asia Co are shareholders of Wolfspeed.")
    assert ("Symtek Automation Asia", "OWNS", "Wolfspeed") in owners


def test_a_place_before_a_noun_is_no_part_of_the_firm() -> None:
    assert not any("Intel Ireland" in edge for edge in edges("The Intel Ireland fab supplies chips to Dell."))


@pytest.mark.parametrize(
    ("text", "place", "region"),
    [
        pytest.param(
            "Marlin Semiconductor, based in Athens, Georgia, sued Intel.", "Athens, Georgia", "Georgia", id="athens"
        ),
        pytest.param(
            "Marlin Semiconductor, based in Moscow, Idaho, sued Intel.", "Moscow, Idaho", "Idaho", id="moscow"
        ),
        pytest.param(
            "Marlin Semiconductor, based in Savannah, Georgia, sued Intel.", "Savannah", "Georgia", id="savannah"
        ),
    ],
)
def test_a_town_named_like_a_capital_is_not_that_capital(text: str, place: str, region: str) -> None:
    found = edges(text)
    assert ("Marlin Semiconductor", "LOCATED_IN", place) in found
    assert not {end for edge in found for end in edge} & {"Greece", "Russia"}
    assert all(relation == "LOCATED_IN" for subject, relation, object in found if region in (subject, object))


def test_what_is_a_firms_and_what_another_has_is_not_the_firm() -> None:
    bought = edges("The plan allows China to buy Nvidia Corp's H200s.")
    tested = edges("Intel tested tools from a toolmaker with deep roots in China.")
    assert ("China", "ACQUIRES", "Nvidia") not in bought
    assert ("Intel", "OPERATES_IN", "China") not in tested


def test_a_firm_with_its_legal_form_is_an_example_of_its_kind() -> None:
    assert ("Huawei", "LOCATED_IN", "China") in edges(
        "The plan challenges Chinese champions such as Huawei Technologies Co."
    )


def test_a_name_ends_where_its_sentence_ends() -> None:
    text = "Germany sanctioned Marlin Devices Corp. France did not."
    assert edges(text) == {("Germany", "SANCTIONS", "Marlin Devices")}
