"""Which entities have a word in their names."""

from service.index.word_lists import WordLists

NAMES = [("Intel", "Intel Corporation"), ("Intel Foundry",), ("台積電", "TSMC")]


def test_a_word_tells_its_bearers_once() -> None:
    lists = WordLists.of(NAMES)
    assert [one.tolist() for one in lists.having(["intel", "tsmc", "積電", "nobody"])] == [[0, 1], [2], [2]]
    assert lists.beginning_with("corp").tolist() == [0]
    assert lists.beginning_with("").tolist() == [0, 1, 2]
    assert lists.number_of_words(lists.beginning_with("")).tolist() == [2, 2, 3]
