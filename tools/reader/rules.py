"""What the rules find in annotated passages, one line of JSON a triple: python -m tools.reader.rules GOLD…"""

import json
import sys
from pathlib import Path

from benchmarks.reading.passages import read_passages
from loaders.extraction.choosing import Choice, ExtractorKind, make_extractor
from loaders.extraction.rows import typed_row


def main() -> None:
    """Print them."""
    passages = read_passages(Path(name) for name in sys.argv[1:])
    for extraction in make_extractor(Choice(ExtractorKind.RULES)).extract(passage.article for passage in passages):
        for triple in extraction.triples:
            print(json.dumps(typed_row(extraction.article, triple), default=str, ensure_ascii=False))


if __name__ == "__main__":
    main()
