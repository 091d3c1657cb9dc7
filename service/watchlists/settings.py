"""Settings of watch lists: how often they look, and how notices go out."""

from enum import StrEnum

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MailSecurity(StrEnum):
    """How the connection to the mail server is made safe."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class WatchSettings(BaseSettings):
    """Watch lists: what looks for news, and how notices go out."""

    model_config = SettingsConfigDict(env_prefix="CHOKEPOINT_WATCH_", frozen=True, use_attribute_docstrings=True)

    serving: bool = True
    """Whether `chokepoint serve` looks for news and delivers notices; otherwise `chokepoint watch run` does."""
    poll_seconds: float = Field(default=2.0, ge=0.05)
    """How often the database is asked whether the graph has changed and what is to be delivered, in seconds."""
    attempts: int = Field(default=8, ge=1, le=50)
    """How often a delivery is tried before it is given up (`chokepoint watch dead` lists those, `watch retry` tries again)."""
    pause_seconds: float = Field(default=10.0, gt=0)
    """Wait after the first failed attempt; each later wait is twice as long, an hour at most."""
    timeout_seconds: float = Field(default=10.0, gt=0)
    """Longest that one attempt may take, in seconds."""
    webhook_hosts: tuple[str, ...] = ()
    """Hosts of webhooks that clients of the API may set; the command and `watch.yaml` may name any."""
    mail_host: str | None = None
    """Mail server (SMTP) that takes notices; none: no notice can be sent by e-mail."""
    mail_port: int = Field(default=587, ge=1, le=65_535)
    """Port of that server."""
    mail_security: MailSecurity = MailSecurity.STARTTLS
    """How the connection is made safe: `starttls`, `tls` from the start, or `none`."""
    mail_user: str | None = None
    """User name at that server."""
    mail_password: SecretStr | None = None
    """Password at that server."""
    mail_from: str = "chokepoint@localhost"
    """Sender of notices."""
