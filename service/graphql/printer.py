"""The schema as text: `python -m service.graphql.printer` writes schema.graphql, with --check it compares."""

import sys
from pathlib import Path

from service.graphql.schema import build_schema
from service.settings import ServiceSettings

SCHEMA_FILE = Path(__file__).parents[1] / "schema.graphql"


def schema_text() -> str:
    """The GraphQL schema of this version in the schema definition language."""
    schema = build_schema(ServiceSettings())
    return schema.as_str().rstrip() + "\n"


def main() -> int:
    """Write the file, or with --check exit 1 when it is out of date."""
    if "--check" not in sys.argv[1:]:
        SCHEMA_FILE.write_text(schema_text(), "utf-8")
        return 0
    current = SCHEMA_FILE.read_text("utf-8") == schema_text()
    sys.stderr.write("" if current else f"{SCHEMA_FILE} is out of date: run python -m service.graphql.printer\n")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())
