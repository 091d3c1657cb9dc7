"""The bill of materials as CycloneDX: Python packages, jars of the embedded Neo4j, parts of others in the package.

python -m tools.release.sbom > chokepoint.cdx.json
"""

import sys
import tomllib

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tools.release.contents import ROOT
from tools.release.licences import jar_licence, jars, known, packages


def sbom() -> str:
    """The bill as JSON, of CycloneDX 1.6."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    licence_of = LicenseFactory().make_from_string
    bom = Bom()
    bom.metadata.component = product = Component(
        name=project["name"], version=project["version"], type=ComponentType.APPLICATION, bom_ref="chokepoint"
    )
    product.licenses.add(licence_of(project["license"]))
    for name, version in packages():
        component = Component(name=name, version=version, purl=PackageURL("pypi", name=name.lower(), version=version))
        component.licenses.add(licence_of(known()["python"][name]))
        component.bom_ref.value = str(component.purl)
        bom.components.add(component)
    for jar in jars():
        group, name, version, *classifier = jar["coordinate"].split(":")
        qualifiers = {"classifier": classifier[0]} if classifier else None
        component = Component(
            group=group,
            name=name,
            version=version,
            purl=PackageURL("maven", group, name, version, qualifiers),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=jar["sha256"])],
        )
        if (licence := jar_licence(jar["coordinate"])) is not None:
            component.licenses.add(licence_of(licence))
        component.bom_ref.value = str(component.purl)
        bom.components.add(component)
    for part in known()["bundled"]:
        component = Component(name=part["name"], description=f"in {part['where']}", bom_ref=part["name"])
        component.licenses.add(licence_of(part["licence"]))
        bom.components.add(component)
    bom.register_dependency(product, bom.components)
    return str(JsonV1Dot6(bom).output_as_string(indent=1))


if __name__ == "__main__":
    sys.stdout.write(sbom() + "\n")
