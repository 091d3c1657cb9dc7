"""The bytes of a pack."""

import hashlib

from service.packing.archive import archive, public_key
from tests.service.packing.packed import KEY, files


def test_the_order_in_which_files_come_does_not_matter_and_all_are_in_the_manifest() -> None:
    one = archive({"b.json": b"2", "a.json": b"1"}, None)
    assert one == archive({"a.json": b"1", "b.json": b"2"}, None)
    lines = files(one)["manifest-sha256.txt"].decode().splitlines()
    assert lines == [
        f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in (("a.json", b"1"), ("b.json", b"2"))
    ]


def test_a_key_signs_the_manifest() -> None:
    signed = files(archive({"a.json": b"1", "public-key.pem": public_key(KEY)}, KEY))
    assert "public-key.pem" in signed["manifest-sha256.txt"].decode()
    KEY.public_key().verify(signed["manifest-sha256.txt.sig"], signed["manifest-sha256.txt"])
