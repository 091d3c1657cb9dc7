"""The list of licences, and NOTICE, from licences.yaml beside this file, the constraints and the lock of Neo4j.

    python -m tools.release.licences [--check]

Everything that is installed or fetched must be in the list, and nothing else may: `--check` says what differs.
"""

import json
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.release.contents import ROOT
from tools.release.environments import CONSTRAINTS, PINNED

LICENCES = Path(__file__).with_name("licences.yaml")
LOCK = ROOT / "graph_schema" / "database" / "embedded" / "neo4j.lock.json"
GENERATED = "<!-- Written by `python -m tools.release.licences`: changes here are lost. -->\n"
COPYLEFT = re.compile(r"\b[AL]?GPL-")


@cache
def known() -> Mapping[str, Any]:
    """What licences.yaml says."""
    content: Mapping[str, Any] = yaml.safe_load(LICENCES.read_text("utf-8"))
    return content


def packages() -> list[tuple[str, str]]:
    """Names and versions of the Python packages that an install brings, on whatever platform and version of Python."""
    return sorted(set(PINNED.findall(CONSTRAINTS.read_text("utf-8"))))


def jars() -> list[dict[str, Any]]:
    """The jars of the embedded server: `coordinate` (group:artifact:version), `sha256`, `size`."""
    artifacts: list[dict[str, Any]] = json.loads(LOCK.read_text("utf-8"))["artifacts"]
    return artifacts


def jar_licence(coordinate: str) -> str | None:
    """The licence of a jar; None where Neo4j's own list of third parties says it."""
    group, artifact = coordinate.split(":")[:2]
    licences: Mapping[str, str | None] = known()["jars"]
    return licences.get(f"{group}:{artifact}", licences.get(group))


def gaps() -> list[str]:
    """What is installed without a licence in the list, or is listed without being installed, a line each."""
    installed, listed = {name for name, _ in packages()}, set(known()["python"])
    return [
        *(f"licences.yaml lacks {name}" for name in sorted(installed - listed)),
        *(f"licences.yaml has {name}, which the constraints lack" for name in sorted(listed - installed)),
    ]


def page() -> str:
    """docs/reference/licences.md."""
    python = known()["python"]
    strict = [name for name in python if COPYLEFT.search(python[name])]
    fetched = jars()
    parts = [
        "# Licences\n",
        GENERATED,
        "Chokepoint is under Apache-2.0. What it comes with, starts or stands on keeps the licence of its authors.\n",
        "## Programs that it starts\n",
        "They run as processes of their own and are asked over a socket. Who passes them on, as in an image, passes on",
        "their terms too.\n",
        "| program | licence | how it comes |\n|---|---|---|",
        *(f"| {one['name']} | {one['licence']} | {one['how']} |" for one in known()["programs"]),
        f"\nThe embedded Neo4j consists of {len(fetched)} jars, listed with their hashes in",
        "`graph_schema/database/embedded/neo4j.lock.json`; some of Neo4j's own (parser, driver) are under Apache-2.0, and",
        "the licences of those that are not Neo4j's stand in `META-INF/ThirdPartyLicenses.txt` of the jar `org.neo4j:neo4j`.\n",
        "## In the package\n",
        "| part of others | licence | where |\n|---|---|---|",
        *(f"| {one['name']} | {one['licence']} | `{one['where']}` |" for one in known()["bundled"]),
        "\n## Python packages\n",
        f"With terms on passing them on: {', '.join(f'{name} ({python[name]})' for name in strict)}.\n",
        "| package | version | licence |\n|---|---|---|",
        *(f"| {name} | {version} | {python.get(name, 'unknown')} |" for name, version in packages()),
    ]
    return "\n".join(parts) + "\n"


def notice() -> str:
    """NOTICE, which goes with every copy."""
    lines = ["Chokepoint", "Copyright the Chokepoint developers. Apache License 2.0, see LICENSE.", ""]
    lines += ["This product includes software and data of others:"]
    lines += [f"- {one['name']}, {one['licence']}: {one['where']}" for one in known()["bundled"]]
    lines += ["", "It starts these programs, which are no part of it:"]
    lines += [f"- {one['name']}, {one['licence']}, {one['how']}" for one in known()["programs"]]
    lines += [
        "",
        "It imports pycountry (LGPL-2.1-only), which is installed as a package of its own and can be replaced.",
    ]
    lines += ["All Python packages with their licences: docs/reference/licences.md", ""]
    return "\n".join(lines)


def files() -> Mapping[Path, str]:
    """What is written, by its place."""
    return {ROOT / "docs" / "reference" / "licences.md": page(), ROOT / "NOTICE": notice()}


def main() -> int:
    """Write the files, or with `--check` compare them; 1 when they differ or a licence is missing."""
    wrong = gaps()
    for file, text in files().items():
        if "--check" not in sys.argv[1:]:
            file.write_text(text, "utf-8")
        elif not file.exists() or file.read_text("utf-8") != text:
            wrong.append(f"{file.name} is out of date: python -m tools.release.licences")
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
