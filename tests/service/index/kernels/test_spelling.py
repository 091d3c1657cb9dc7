"""What one typing error makes of a word, in bytes of UTF-8, against a library that knows characters."""

import random

import pytest
from rapidfuzz.distance import OSA

from service.index.word_lists import WordLists
from service.index.words import words_of


@pytest.mark.parametrize("letters", ["ab1", "abé", "аб華"])
def test_what_one_typing_error_makes_of_a_word_is_found(letters: str) -> None:
    chance = random.Random(2)

    def word() -> str:
        return "".join(chance.choice(letters) for _ in range(chance.randint(2, 6)))

    names = [(word(),) for _ in range(600)]
    lists = WordLists.of(names)
    known = [words_of(name) for (name,) in names]
    for sought in (word() for _ in range(100)):
        near = [i for i, words in enumerate(known) if any(OSA.distance(one, sought) == 1 for one in words)]
        assert lists.misspelt(sought).tolist() == near, sought
