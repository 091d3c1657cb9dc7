"""Notices on their way out: a signed POST, an e-mail. Each says the notice's id, by which a receiver knows it again."""

import asyncio
import hashlib
import hmac
import json
import os
import smtplib
import ssl
import time
from email.message import EmailMessage
from typing import Any

import httpx

from graph_schema.spelling import one_line
from service.watchlists.definition import Channel, WatchList
from service.watchlists.settings import MailSecurity, WatchSettings
from service.watchlists.store import Delivery, Notice

NOTICE_HEADER = "Chokepoint-Notice"
SIGNATURE_HEADER = "Chokepoint-Signature"
_LONGEST_ERROR = 300


class NotDelivered(Exception):
    """A notice did not reach its receiver; the message says why, in one line."""

    def __init__(self, why: object) -> None:
        super().__init__(one_line(str(why))[:_LONGEST_ERROR] or type(why).__name__)


def notice_json(notice: Notice) -> dict[str, Any]:
    """A notice as it is posted and printed."""
    return {
        "id": notice.id,
        "watch": notice.watch,
        "number": notice.number,
        "graphVersion": notice.version,
        "kind": notice.kind.name,
        "change": notice.kind.change.name,
        "entity": notice.about,
        "text": notice.text,
        "at": notice.at.isoformat(),
        "details": notice.details,
    }


def signature(secret: str, body: bytes, at: int) -> str:
    """What the receiver reckons too: HMAC-SHA256 by the secret of the time, a full stop and the body."""
    return f"t={at},sha256={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


async def deliver(delivery: Delivery, settings: WatchSettings) -> None:
    """Bring a notice to its receiver. Raises NotDelivered."""
    if delivery.channel is Channel.WEBHOOK:
        await _post(delivery.notice, delivery.watch, settings)
    else:
        await asyncio.to_thread(_mail, delivery.notice, delivery.watch, settings)


async def _post(notice: Notice, watch: WatchList, settings: WatchSettings) -> None:
    if watch.webhook is None or watch.secret is None:
        raise NotDelivered("the watch list has no webhook any more")
    if not (secret := os.environ.get(watch.secret)):
        raise NotDelivered(f"the environment variable {watch.secret}, which signs what is posted, is not set")
    body = json.dumps(notice_json(notice), ensure_ascii=False).encode()
    headers = {
        "content-type": "application/json",
        "user-agent": "chokepoint",
        NOTICE_HEADER: notice.id,
        SIGNATURE_HEADER: signature(secret, body, int(time.time())),
    }
    try:
        async with httpx.AsyncClient(timeout=settings.timeout_seconds) as client:
            answer = await client.post(watch.webhook, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotDelivered(error) from error
    if not answer.is_success:
        raise NotDelivered(f"{watch.webhook} answered {answer.status_code}")


def _mail(notice: Notice, watch: WatchList, settings: WatchSettings) -> None:
    if watch.email is None:
        raise NotDelivered("the watch list has no e-mail address any more")
    if settings.mail_host is None:
        raise NotDelivered("CHOKEPOINT_WATCH_MAIL_HOST names no mail server")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        settings.mail_from,
        watch.email,
        one_line(f"{watch.name}: {notice.text}"),
    )
    mail["Message-ID"] = f"<{notice.id}@chokepoint>"
    mail.set_content(f"{notice.text}\n\n{json.dumps(notice_json(notice), ensure_ascii=False, indent=2)}\n")
    kind = smtplib.SMTP_SSL if settings.mail_security is MailSecurity.TLS else smtplib.SMTP
    try:
        with kind(settings.mail_host, settings.mail_port, timeout=settings.timeout_seconds) as server:
            if settings.mail_security is MailSecurity.STARTTLS:
                server.starttls(context=ssl.create_default_context())
            if settings.mail_user is not None and settings.mail_password is not None:
                server.login(settings.mail_user, settings.mail_password.get_secret_value())
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(error) from error
