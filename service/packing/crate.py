"""The metadata of an evidence pack: RO-Crate 1.1 with the terms of PROV, so that other tools know what lies in it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

METADATA = "ro-crate-metadata.json"
_FORMATS = {
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".svg": "image/svg+xml",
    ".html": "text/html",
    ".py": "text/x-python",
    ".pem": "application/x-pem-file",
}
_WHAT = {
    "question.json": "The question with its filters and the version of the graph that was asked",
    "answer.json": "The answer",
    "claims.jsonl": "Every claim behind the answer: sentence, offsets, document, hashes",
    "drawing.svg": "The paths, drawn",
    "report.html": "The answer with its evidence, to read",
    "check.py": "Checks this pack without Chokepoint",
    "public-key.pem": "The key that signed the manifest",
}
_UNDATED = "1970-01-01"


def metadata(
    title: str,
    question: Mapping[str, Any],
    claims: Sequence[Mapping[str, Any]],
    files: Mapping[str, bytes],
    version: str,
) -> dict[str, Any]:
    """The graph of the crate. `datePublished` is that of the newest document cited: the same answer gives the same pack."""
    documents = {claim["document"]["id"]: claim["document"] for claim in claims}
    newest = max((one["published"] for one in documents.values() if one["published"]), default=_UNDATED)
    software = {"@id": "#chokepoint", "@type": ["SoftwareApplication", "prov:SoftwareAgent"], "name": "Chokepoint"}
    asked = {
        "@id": "#asking",
        "@type": ["CreateAction", "prov:Activity"],
        "name": question["text"],
        "instrument": {"@id": "#chokepoint"},
        "prov:wasAssociatedWith": {"@id": "#chokepoint"},
        "object": {"@id": "question.json"},
        "prov:used": [{"@id": "question.json"}, {"@id": f"#graph-version-{question['graphVersion']}"}],
        "result": [{"@id": "answer.json"}, {"@id": "claims.jsonl"}],
    }
    graph = {
        "@id": f"#graph-version-{question['graphVersion']}",
        "@type": ["Dataset", "prov:Entity"],
        "name": f"The knowledge graph at version {question['graphVersion']}",
        "version": str(question["graphVersion"]),
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": "An answer of a knowledge graph with every sentence that it rests on.",
        "datePublished": newest,
        "license": "Sentences are quoted from their sources, whose terms hold.",
        "hasPart": [{"@id": name} for name in sorted(files)],
        "mentions": [{"@id": _iri(id)} for id in sorted(documents)],
    }
    about = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    context = ["https://w3id.org/ro/crate/1.1/context", {"prov": "http://www.w3.org/ns/prov#"}]
    entities = [about, root, software | {"softwareVersion": version}, asked, graph]
    entities += [_file(name, files[name], sorted(documents)) for name in sorted(files)]
    entities += [_document(documents[id]) for id in sorted(documents)]
    return {"@context": context, "@graph": entities}


def _file(name: str, content: bytes, documents: Sequence[str]) -> dict[str, Any]:
    suffix = name[name.rindex(".") :]
    one: dict[str, Any] = {
        "@id": name,
        "@type": ["File", "prov:Entity"],
        "name": _WHAT[name],
        "encodingFormat": _FORMATS[suffix],
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    if name in ("answer.json", "claims.jsonl"):
        one["prov:wasGeneratedBy"] = {"@id": "#asking"}
    if name == "claims.jsonl":
        one["prov:wasDerivedFrom"] = [{"@id": _iri(id)} for id in documents]
    if name in ("answer.json", "drawing.svg", "report.html"):
        one["prov:wasDerivedFrom"] = [{"@id": "claims.jsonl"}]
    return one


def _document(document: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "@id": _iri(document["id"]),
        "@type": ["CreativeWork", "prov:Entity"],
        "identifier": document["id"],
        "name": document["title"] or document["id"],
        "url": document["url"],
        "publisher": document["publisher"],
        "datePublished": document["published"],
        "inLanguage": document["language"],
    }
    return {key: value for key, value in told.items() if value is not None}


def _iri(id: str) -> str:
    return "#" + "".join(char if char.isalnum() or char in "-._:" else f"_{ord(char):x}_" for char in id)
