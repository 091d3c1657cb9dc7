"""The list of licences and the bill of materials name all that is installed or fetched."""

import json
from importlib.metadata import PackageNotFoundError, metadata

from tools.release.contents import ROOT
from tools.release.licences import files, gaps, jar_licence, jars, known, packages
from tools.release.sbom import sbom


def test_list_and_notice_are_current_and_no_licence_is_missing() -> None:
    assert gaps() == []
    for file, text in files().items():
        assert file.read_text("utf-8") == text, "run make licences"


def test_a_licence_that_a_package_states_is_the_one_of_the_list() -> None:
    stated = 0
    for name, licence in known()["python"].items():
        try:
            (expression,) = metadata(name).get_all("License-Expression") or (None,)
        except PackageNotFoundError:  # for another platform
            continue
        if expression is not None:
            stated += 1
            assert licence == expression, name
    assert stated > 20


def test_what_has_terms_on_passing_it_on_is_said_plainly() -> None:
    page = (ROOT / "docs" / "reference" / "licences.md").read_text("utf-8")
    for line in (
        "| Neo4j Community | GPL-3.0-only |",
        "| Java runtime (OpenJDK) | GPL-2.0-only WITH Classpath-exception-2.0 |",
        "| Fira Code (font in GraphiQL's style sheet) | OFL-1.1 |",
    ):
        assert line in page
    assert "pycountry (LGPL-2.1-only)" in page


def test_the_bill_of_materials_holds_packages_jars_with_hashes_and_parts_of_others() -> None:
    bill = json.loads(sbom())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    found = {component["bom-ref"]: component for component in bill["components"]}
    assert len(found) == len(packages()) + len(jars()) + len(known()["bundled"])
    server = found["pkg:maven/org.neo4j/neo4j@2026.08.1"]
    assert len(server["hashes"][0]["content"]) == 64
    assert server["licenses"] == [{"license": {"id": "GPL-3.0-only"}}]
    assert jar_licence("org.neo4j:neo4j-ast:2026.08.1") == "Apache-2.0"
