"""The bytes of an evidence pack: the same answer of the same version gives the same ones, signed or not."""

import hashlib
import io
import zipfile
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.packing.check import MANIFEST, SIGNATURE

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time that ZIP knows: when a pack was made says nothing about what is in it."""


def public_key(key: Ed25519PrivateKey) -> bytes:
    """The public half, as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def archive(files: Mapping[str, bytes], key: Ed25519PrivateKey | None) -> bytes:
    """A ZIP of the files with a manifest of their hashes, and its signature where there is a key.

    Nothing is compressed: other versions of zlib would give other bytes.
    """
    whole = dict(files)
    lines = (f"{hashlib.sha256(whole[name]).hexdigest()}  {name}\n" for name in sorted(whole))
    whole[MANIFEST] = "".join(lines).encode()
    if key is not None:
        whole[SIGNATURE] = key.sign(whole[MANIFEST])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(whole):
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.create_system = 3  # of whatever machine
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, whole[name])
    return stream.getvalue()
