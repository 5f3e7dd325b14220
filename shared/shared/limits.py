"""A service protects itself even when it is called past the gateway: JSON bodies are bounded before they are read."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import errors
from shared.problems import problem

JSON_LIMIT = 1024 * 1024


class BodyTooLarge(errors.TooLarge):
    code, title, title_zh = "body_too_large", "The body may have up to 1 MiB", "请求内容不得超过 1 MiB"


class BodyLimitMiddleware:
    """Refuses bodies over 1 MiB with 413. Uploads (`PUT`) are streamed and bounded by their route instead."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "PUT"}:
            await self.app(scope, receive, send)
            return
        if int(dict(scope["headers"]).get(b"content-length", b"0") or 0) > JSON_LIMIT:
            await _refuse(scope, receive, send)
            return
        seen = 0

        async def bounded() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > JSON_LIMIT:
                raise BodyTooLarge
            return message

        await self.app(scope, bounded, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await problem(Request(scope), BodyTooLarge())(scope, receive, send)
