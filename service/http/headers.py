"""Headers that tell browsers what pages of this service may do, on every answer."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # editors and charts set the place of things by style
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a page may load: from this address alone, no inline script."""
OTHER_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""For what is no page: opened as one, it may do nothing."""
_POLICY_OF_PAGES, _OTHER_POLICY = (
    (b"content-security-policy", policy.encode()) for policy in (PAGE_POLICY, OTHER_POLICY)
)
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class SecurityHeaders:
    """Adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the answer gets the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                page = headers.get(b"content-type", b"").startswith(b"text/html")
                added = (_POLICY_OF_PAGES if page else _OTHER_POLICY, *_ALWAYS)
                message["headers"] = [*message["headers"], *(one for one in added if one[0] not in headers)]
            await send(message)

        await self._app(scope, receive, told)
