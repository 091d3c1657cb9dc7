"""Which extractor reads, and from how sure on."""

import pytest

from graph_schema.errors import SettingsError
from loaders.extraction.choosing import Choice, ExtractorKind, make_extractor
from loaders.triple import Article

NEWS = "Veltrian Semiconductor, based in Dresden, agreed to acquire Oreno Photonics. It may also supply Intel."


def confidences(choice: Choice, processes: int = 1) -> tuple[list[float], int]:
    [extraction] = make_extractor(choice, processes=processes).extract([Article("a", NEWS)])
    return [triple.confidence for triple in extraction.triples], extraction.rejected.get("low_confidence", 0)


def test_the_learned_reader_reads_unless_another_is_named() -> None:
    assert make_extractor(Choice()).name == "reader/1"
    assert make_extractor(Choice(ExtractorKind.RULES)).name.startswith("spacy-rules/")


def test_open_triples_are_left_to_the_rules() -> None:
    with pytest.raises(SettingsError, match="--open"):
        make_extractor(Choice(open_triples=True))


@pytest.mark.parametrize("kind", [ExtractorKind.READER, ExtractorKind.RULES])
def test_what_is_less_sure_than_asked_for_is_left_out_and_counted(kind: ExtractorKind) -> None:
    plain, doubted = confidences(Choice(kind))
    least = sorted(plain)[len(plain) // 2] + 0.001
    kept, more_doubted = confidences(Choice(kind, least_confidence=least))
    assert kept == [confidence for confidence in plain if confidence >= least]
    assert more_doubted == doubted + len(plain) - len(kept)


def test_the_reader_gives_what_it_doubts_where_that_is_asked_for() -> None:
    plain, doubted = confidences(Choice())
    more, fewer_doubted = confidences(Choice(least_confidence=0.1))
    assert len(more) > len(plain)
    assert fewer_doubted < doubted
    assert min(more) < 0.4


def test_other_processes_are_as_sure() -> None:
    choice = Choice(least_confidence=0.6)
    assert confidences(choice, processes=2) == confidences(choice)
