"""Words of names are those that Lucene's analyser makes of them; the expectations were written down from what it told."""

import pytest

from service.index.words import is_certain, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("O'Reilly U.S. 3.5 a_b", ["o'reilly", "u.s", "3.5", "a_b"], id="one word, whatever stands in it"),
        pytest.param("AT&T, the Bank of China", ["bank", "china"], id="what every sentence has"),
        pytest.param("1,000 1;2 a:b a;b", ["1,000", "1;2", "a:b", "b"], id="between digits and between letters"),
        pytest.param("華為技術", ["華為", "為技", "技術"], id="Chinese in pairs"),
        pytest.param("華 a為", ["華", "為"], id="a single character"),
        pytest.param(
            "トヨタ自動車", ["トヨ", "ヨタ", "タ自", "自動", "動車"], id="Japanese in pairs, across its scripts"
        ),
        pytest.param("삼성전자 LG전자", ["삼성", "성전", "전자", "lg전자"], id="Korean in pairs, but after Latin"),
        pytest.param("ﾄﾖﾀ ＡＳＭＬ １２", ["トヨ", "ヨタ", "asml", "12"], id="of unusual width"),
        pytest.param("Όμιλος Straße İstanbul m²", ["όμιλος", "straße", "istanbul", "m"], id="lower case, accents kept"),
        pytest.param("々a 々華 〆切", ["々a", "々", "華", "切"], id="marks of repetition"),
        pytest.param("é c·d 中:国", ["é", "c·d", "中", "国"], id="combining accents"),
        pytest.param('צה"ל', ['צה"ל'], id="Hebrew abbreviations"),
        pytest.param("... & ²", [], id="none"),
    ],
)
def test_words_are_those_of_the_full_text_index(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_words_that_need_a_dictionary_are_uncertain() -> None:
    assert [is_certain(word) for word in ("huawei", "華為", "сбербанк", "ไทย", "𠀀")] == [
        True,
        True,
        True,
        False,
        False,
    ]
