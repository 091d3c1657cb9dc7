"""Settings of access: who may ask without a key, and where keys are kept."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph_schema.settings import EmbeddedSettings, read_settings


class Anonymous(StrEnum):
    """Who may read without a key."""

    LOOPBACK = "loopback"
    ALWAYS = "always"
    NEVER = "never"


class AccessSettings(BaseSettings):
    """Who may ask the service, and what is kept of it."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_ACCESS_", frozen=True, use_attribute_docstrings=True)

    anonymous: Anonymous = Anonymous.LOOPBACK
    """Who may read without a key: `loopback`, clients on this machine that no proxy forwards; `always`, everybody; `never`."""
    published: str | None = None
    """Address on which clients reach the service where it is another than it listens on, as a container's published port; a
    loopback address makes every client count as one of this machine."""
    keys: Path | None = None
    """File of the API keys, of which it holds only hashes; when empty, `keys.json` in `CHOKEPOINT_HOME`."""
    key: SecretStr | None = None
    """Key that our own commands show to a service that runs elsewhere, as `chokepoint mcp --api`."""
    session_seconds: int = Field(default=43_200, ge=60)
    """How long a browser stays signed in, in seconds."""
    oidc_issuer: str | None = None
    """Issuer of an OpenID provider whose tokens open the service as keys do; its address, by https."""
    oidc_audience: str | None = None
    """Audience that a token must name: what the provider calls this service."""
    oidc_jwks: str | None = None
    """Address of the provider's keys; when empty, as its `/.well-known/openid-configuration` tells."""
    oidc_claim: str = "scope"
    """Claim that holds `chokepoint:read`, `chokepoint:write` or `chokepoint:admin`, as a list or as words."""
    oidc_leeway_seconds: int = Field(default=60, ge=0, le=300)
    """How far the provider's clock may be from ours, in seconds."""
    oidc_jwks_seconds: int = Field(default=600, ge=60)
    """How long the provider's keys are kept before it is asked again, in seconds."""
    requests_per_minute: int = Field(default=0, ge=0)
    """Requests that a caller may send in a minute, unless their key says otherwise; who shows no key is told apart by the
    address. 0: no limit."""
    points_per_minute: int = Field(default=0, ge=0)
    """Points of cost that a caller's documents may take in a minute, likewise."""
    audit: bool = True
    """Whether the audit log is written: who asked and changed what."""
    audit_folder: Path | None = None
    """Folder of the audit log; when empty, `audit` in `CHOKEPOINT_HOME`."""
    audit_megabytes: int = Field(default=50, ge=1)
    """Size at which a file of the audit log is put aside, in MB."""
    audit_files: int = Field(default=20, ge=2)
    """Files of the audit log that are kept; older ones are deleted."""
    open_metrics: bool = False
    """Whether /metrics needs no key."""

    def key_file(self) -> Path:
        """Where the keys are."""
        return self.keys or read_settings(EmbeddedSettings).home / "keys.json"

    def audit_log(self) -> Path:
        """Folder of the audit log."""
        return self.audit_folder or read_settings(EmbeddedSettings).home / "audit"
