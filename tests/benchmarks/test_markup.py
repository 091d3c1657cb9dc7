"""The mark-up of annotated passages: what it says becomes JSON, and each fault is told."""

import pytest

from benchmarks.reading.markup import json_line, read_markup, unmarked
from benchmarks.reading.passages import Passage

HEAD = "# wa-01 | trade press | 2025-03-04 | invented\n"
BODY = """\
{1:Velmora Semiconductor}, a {2:Dutch} maker of {3:photomasks}, said on Tuesday {1:it} would buy {4:Kestrel Photonics} for an
undisclosed sum, the largest purchase that {1:the Eindhoven company} has made since {1:it} was founded in a garden shed in 1998.
{4:{5:The British} firm} supplies {6:Ostrava Laser}, according to {7:Ada Renn}, {4:its} chief executive.
E 1 Company Velmora Semiconductor
E 2 Country Netherlands
E 3 Product photomasks
E 4 Company Kestrel Photonics
E 5 Country United Kingdom
E 6 Company Ostrava Laser
E 7 Person Ada Renn
T 1 LOCATED_IN 2
T 1 ACQUIRES 4 planned by=1 date=2025-03-04
T 4 SUPPLIES 6 asserted by=7 s=3
T 7 HOLDS_ROLE_AT 4 role=chief executive
"""


def read(body: str = BODY) -> tuple[Passage, list[str]]:
    [(_, passage, faults)] = read_markup(HEAD + body)
    assert passage is not None
    return passage, faults


def test_nested_mentions_have_places_of_their_own() -> None:
    assert unmarked("{1:It} sells {2:{3:US} chips}") == ("It sells US chips", [(0, 2, 1), (9, 11, 3), (9, 17, 2)])


def test_a_passage_is_read_with_the_places_of_its_mentions() -> None:
    passage, faults = read()
    assert faults == []
    [velmora, *_] = passage.entities
    assert velmora.mentions == ("Velmora Semiconductor", "the Eindhoven company")
    assert [passage.text[start:end] for start, end in velmora.spans].count("it") == 2
    bought = passage.triples[1]
    assert (bought.modality, bought.attribution, bought.date) == ("planned", "Velmora Semiconductor", "2025-03-04")
    assert passage.triples[2].evidence.startswith("The British firm supplies")
    assert passage.triples[3].role == "chief executive"


def test_what_is_written_reads_back_as_it_was() -> None:
    passage, _ = read()
    assert Passage.model_validate_json(json_line(passage)) == passage


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param("{3:photomasks}", "{3:photomasks", "a brace is not closed", id="open brace"),
        pytest.param(
            "E 3 Product photomasks\n", "", "mention of entity 3, which has no E line", id="mention of nothing"
        ),
        pytest.param("E 3 Product", "E 3 Gadget", "type Gadget", id="unknown type"),
        pytest.param("{3:photomasks}", "photomasks", "photomasks is not marked in the text", id="unmarked"),
        pytest.param("ACQUIRES", "BUYS", "relation BUYS", id="unknown relation"),
        pytest.param("T 1 LOCATED_IN 2", "T 2 LOCATED_IN 3", "does not tie Country to Product", id="signature"),
        pytest.param("T 1 LOCATED_IN 2", "T 1 LOCATED_IN 9", "no such entity", id="triple of nothing"),
        pytest.param(" s=3", " s=7", "no sentence", id="no such sentence"),
        pytest.param("ACQUIRES 4 planned", "ACQUIRES 4 plannd", "'plannd'?", id="misspelt modality"),
        pytest.param(" role=chief executive", "", "HOLDS_ROLE_AT without a role", id="no role"),
        pytest.param("T 1 LOCATED_IN 2", "T 1 LOCATED_IN 2\nT 1 LOCATED_IN 2", "twice", id="stated twice"),
        pytest.param("T 1 LOCATED_IN 2", "T 1 RELATED_TO 2", "RELATED_TO without its words", id="no words"),
    ],
)
def test_a_fault_is_told(old: str, new: str, fault: str) -> None:
    assert old in BODY
    faults = [fault for _, _, found in read_markup(HEAD + BODY.replace(old, new)) for fault in found]
    assert any(fault in each for each in faults)


def test_a_short_passage_is_told() -> None:
    [(id, _, faults)] = read_markup("# x | wire | | real\n{1:Intel} grows.\nE 1 Company Intel\n")
    assert id == "x"
    assert [fault.split(",")[0] for fault in faults] == ["text has 12 characters", "only 0 triples"]
