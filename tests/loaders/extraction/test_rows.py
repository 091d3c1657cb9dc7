"""What stands in a row of the output."""

import pytest

from loaders.extraction.extractor import Extractor
from loaders.extraction.reader.extractor import reader_extractor
from loaders.extraction.rows import typed_row
from loaders.extraction.spacy_rules import spacy_extractor
from loaders.triple import Article

TEXT = (
    "<p>Intel (英特爾) tested tools from ACM Research, which is based in Fremont.</p> Its rival Zorg Inc owns Veld Ltd."
)


@pytest.mark.parametrize("extractor", [spacy_extractor(), reader_extractor()], ids=["rules", "reader"])
def test_the_words_of_both_ends_stand_where_the_row_says(extractor: Extractor) -> None:
    [extraction] = extractor.extract([Article("a", TEXT)])
    rows = [typed_row(extraction.article, triple) for triple in extraction.triples]
    found = {(row["subject_mention"], row["relation"], row["object_mention"]) for row in rows}
    assert ("Intel", "TESTED", "ACM Research") in found
    for row in rows:
        for end in ("subject_mention", "object_mention"):
            assert TEXT[row[f"{end}_start"] : row[f"{end}_end"]] == row[end]
            assert row["start"] <= row[f"{end}_start"] < row[f"{end}_end"] <= row["end"]
