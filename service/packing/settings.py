"""With which key evidence packs are signed."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph_schema.errors import SettingsError


class PackSettings(BaseSettings):
    """How evidence packs are made."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_PACK_", frozen=True, use_attribute_docstrings=True)

    signing_key: Path | None = None
    """File of the Ed25519 private key (PEM, PKCS#8, without a password) that signs evidence packs; none: they are not signed."""

    def key(self) -> Ed25519PrivateKey | None:
        """The key. Raises SettingsError when the file holds none."""
        if self.signing_key is None:
            return None
        try:
            key = load_pem_private_key(self.signing_key.read_bytes(), password=None)
        except OSError as error:
            raise SettingsError(f"cannot read the signing key {self.signing_key}: {error.strerror}") from error
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SettingsError(f"{self.signing_key} is no Ed25519 private key in PEM without a password") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsError(f"{self.signing_key} is no Ed25519 private key: openssl genpkey -algorithm ed25519")
        return key
