"""Whose claims a reading takes the place of."""

from loaders.writing.readers import replaced_by


def test_a_reading_replaces_its_own_of_any_version_and_what_the_reader_contains() -> None:
    assert replaced_by("spacy-rules/1") == ["spacy-rules"]
    assert replaced_by("reader/1") == ["reader", "spacy-rules"]
    assert replaced_by("reader") == ["reader", "spacy-rules"]
