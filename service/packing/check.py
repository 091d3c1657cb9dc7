"""Checks an evidence pack without Chokepoint: python check.py PACK.zip [--key PUBLIC.pem], or inside its unpacked folder.

Every file is as the manifest says and none is missing or added; every claim has its sentence, offsets and document; every
relation of the answer has its claims; the signature, where there is one, is that of the key. Exits 1 when anything is wrong.
Needs Python 3.9 or later; the signature needs the package `cryptography`, and says so where it is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest-sha256.txt", "manifest-sha256.txt.sig", "public-key.pem"
UNLISTED = {MANIFEST, SIGNATURE}


def read(place: Path) -> dict[str, bytes]:
    """Name and content of every file of the pack."""
    if place.is_dir():
        return {p.relative_to(place).as_posix(): p.read_bytes() for p in sorted(place.rglob("*")) if p.is_file()}
    with zipfile.ZipFile(place) as archive:
        names = archive.namelist()
        if len(names) != len(set(names)):
            raise ValueError("a name stands in the archive twice")
        return {name: archive.read(name) for name in names}


def problems_of_files(files: dict[str, bytes]) -> Iterator[str]:
    """What differs from the manifest."""
    listed = {}
    for line in files[MANIFEST].decode().splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    for name, digest in listed.items():
        if name not in files:
            yield name + " is missing"
        elif hashlib.sha256(files[name]).hexdigest() != digest:
            yield name + " is not what the manifest says"
    for name in sorted(set(files) - set(listed) - UNLISTED):
        yield name + " is not in the manifest"


def problems_of_claims(files: dict[str, bytes]) -> Iterator[str]:
    """What the answer lacks of its evidence."""
    answer = json.loads(files["answer.json"])
    claims = [json.loads(line) for line in files["claims.jsonl"].decode().splitlines()]
    given: dict[str, int] = {}
    for claim in claims:
        given[claim["relation"]] = given.get(claim["relation"], 0) + 1
        if hashlib.sha256(claim["sentence"].encode()).hexdigest() != claim["sentenceSha256"]:
            yield claim["id"] + ": its sentence is not what its hash says"
        if not (0 <= claim["start"] <= claim["end"] and claim["document"]["id"]):
            yield claim["id"] + ": has no place in a document"
    for path in answer["paths"]:
        for hop in path["hops"]:
            for relation in hop["relations"]:
                if given.get(relation["id"], 0) != relation["claimsInPack"] or not given.get(relation["id"]):
                    yield relation["id"] + ": its claims are not all there"


def problems_of_signature(files: dict[str, bytes], trusted: bytes | None) -> Iterator[str]:
    """What is wrong with the signature; what can be said of it is printed."""
    if SIGNATURE not in files:
        print("not signed")
        if trusted is not None:
            yield "there is no signature to check with the key"
        return
    pem = files[PUBLIC_KEY] if trusted is None else trusted
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        print("signature NOT CHECKED: pip install cryptography")
        if trusted is not None:
            yield "the signature could not be checked"
        return
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        yield "the key is no Ed25519 key"
        return
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    try:
        key.verify(files[SIGNATURE], files[MANIFEST])
    except InvalidSignature:
        yield "the signature is not that of the key"
        return
    whose = "the key given" if trusted is not None else "the key IN THE PACK: compare it with one you trust"
    print("signed by " + whose + " (sha256 of the key: " + hashlib.sha256(raw).hexdigest() + ")")


def main() -> None:
    """Check, print a line for each problem, and exit."""
    parser = argparse.ArgumentParser(description="Check an evidence pack.")
    parser.add_argument("pack", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", type=Path, help="PEM file of the public key that must have signed it")
    given = parser.parse_args()
    try:
        files = read(given.pack)
        problems = [*problems_of_files(files), *problems_of_claims(files)]
        problems += problems_of_signature(files, given.key.read_bytes() if given.key else None)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        problems = ["cannot be read: " + type(error).__name__ + ": " + str(error)]
    for problem in problems:
        print("WRONG: " + problem)
    if not problems:
        print("all " + str(len(files)) + " files are as they were packed")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
