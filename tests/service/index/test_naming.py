"""What entities are called in a snapshot."""

from graph_schema.ids import EntityId
from service.index.naming import Naming

NAMES = [("Intel", "英特尔"), ("TSMC",), ("Apple",), ("Apple", "Apple Inc.")]


def test_names_are_found_by_number_and_numbers_by_exact_name() -> None:
    naming = Naming.of(NAMES, {})
    assert [naming.names_of(i) for i in range(4)] == NAMES
    assert (naming.bearers("Apple"), naming.bearers("英特尔"), naming.bearers("intel")) == ([2, 3], [], [])


def test_a_name_that_holds_what_lies_between_names_stays_whole() -> None:
    naming = Naming.of([("a\0b", "c"), ("d",)], {})
    assert (naming.names_of(0), naming.bearers("a\0b"), naming.bearers("a")) == (("a\0b", "c"), [0], [])


def test_what_changed_holds_and_old_names_mean_nobody() -> None:
    intel, whole = EntityId("company:intel"), EntityId("company:intel-corporation")
    naming = Naming.of(NAMES, {}).changed({0: ("Intel Corporation",), 4: ("ASML",)}, [(intel, whole)])
    assert (naming.names_of(0), naming.names_of(4)) == (("Intel Corporation",), ("ASML",))
    assert (naming.bearers("Intel"), naming.bearers("Intel Corporation"), naming.bearers("ASML")) == ([], [0], [4])
    assert naming.wholes == {intel: whole}
    back = naming.changed({0: ("Intel",)}, [(intel, None)])
    assert (back.bearers("Intel"), back.bearers("Intel Corporation"), back.wholes) == ([0], [], {})
