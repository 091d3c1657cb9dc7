"""Write the lock of an embedded Neo4j: the coordinates, sizes and sha256 of every jar that Maven resolves for it.

Needs Maven and Java 17, on the machine of whoever raises the version only:

    python tools/lock_neo4j.py --version 2026.08.1 --browser 5.24.0 --output graph_schema/database/embedded/neo4j.lock.json

Settings and Java options of the lock are kept when it exists already: they are edited by hand.
"""

import argparse
import hashlib
import json
import re
import subprocess
import tempfile
from pathlib import Path

ROOTS = ("org.neo4j:neo4j", "org.neo4j.app:neo4j-server", "org.neo4j:neo4j-slf4j-provider")
BROWSER = "org.neo4j.client:neo4j-browser"
# group:artifact:jar[:classifier]:version:scope:file[ -- module name]
LISTED = re.compile(
    r"^\s+([\w.-]+):([\w.-]+):jar:(?:([\w.-]+):)?([\w.-]+):(?:compile|runtime):(\S+\.jar)", re.MULTILINE
)


def pom(coordinates: list[str]) -> str:
    """A project that depends on nothing but `coordinates` (group:artifact:version)."""
    dependencies = "".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>".format(
            *coordinate.split(":")
        )
        for coordinate in coordinates
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>chokepoint</groupId><artifactId>embedded-neo4j</artifactId><version>1</version><packaging>pom</packaging>"
        f"<dependencies>{dependencies}</dependencies></project>"
    )


def resolve(coordinates: list[str]) -> list[dict[str, str | int]]:
    """Every jar of the runtime closure, sorted by coordinate."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "pom.xml").write_text(pom(coordinates), "utf-8")
        listing = project / "list.txt"
        subprocess.run(  # noqa: S603
            [
                *("mvn", "--batch-mode", "--quiet", "--file", str(project / "pom.xml")),
                *("dependency:list", "-DincludeScope=runtime", "-DoutputAbsoluteArtifactFilename=true"),
                f"-DoutputFile={listing}",
            ],
            check=True,
        )
        artifacts: list[dict[str, str | int]] = []
        for group, artifact, classifier, version, file in LISTED.findall(listing.read_text("utf-8")):
            content = Path(file).read_bytes()
            artifacts.append(
                {
                    "coordinate": ":".join(filter(None, (group, artifact, version, classifier))),
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "size": len(content),
                }
            )
    return sorted(artifacts, key=lambda artifact: str(artifact["coordinate"]))


def main() -> None:
    """Resolve and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", required=True, help="version of Neo4j Community")
    parser.add_argument("--browser", required=True, help="version of Neo4j Browser")
    parser.add_argument("--output", required=True, type=Path, help="lock to write")
    options = parser.parse_args()

    lock = json.loads(options.output.read_text("utf-8")) if options.output.exists() else {}
    lock["version"] = options.version
    lock["artifacts"] = resolve([*(f"{root}:{options.version}" for root in ROOTS), f"{BROWSER}:{options.browser}"])
    options.output.write_text(json.dumps(lock, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
