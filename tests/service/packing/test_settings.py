"""The key that signs packs."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from graph_schema.errors import SettingsError
from service.packing.settings import PackSettings
from tests.service.packing.packed import KEY


def test_a_signing_key_that_is_none_is_one_line(tmp_path: Path) -> None:
    assert PackSettings().key() is None
    file = tmp_path / "key.pem"
    with pytest.raises(SettingsError, match="cannot read the signing key"):
        PackSettings(signing_key=file).key()
    file.write_text("no key")
    with pytest.raises(SettingsError, match="no Ed25519 private key"):
        PackSettings(signing_key=file).key()
    for key, works in ((generate_private_key(65537, 2048), False), (KEY, True)):
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        if works:
            assert PackSettings(signing_key=file).key() is not None
        else:
            with pytest.raises(SettingsError, match="genpkey"):
                PackSettings(signing_key=file).key()
