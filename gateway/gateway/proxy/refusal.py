"""How the data plane refuses: problem documents (RFC 9457) written without a framework."""

from typing import Any

import orjson
from starlette.types import Scope, Send

from gateway.proxy.headers import Headers
from shared.errors import DomainError

TYPE_BASE = "urn:yiwang:problem:"


def prefers_english(accepted: bytes) -> bool:
    """Chinese comes first; English is for those whose Accept-Language names it before Chinese."""
    text = accepted.lower()
    english, chinese = text.find(b"en"), text.find(b"zh")
    return english >= 0 and (chinese < 0 or english < chinese)


def document(error: DomainError, *, instance: str, trace_id: str, english: bool) -> dict[str, Any]:
    return {
        "type": TYPE_BASE + error.code,
        "title": error.title if english else error.title_zh,
        "status": error.status,
        "detail": error.detail,
        "instance": instance,
        "code": error.code,
        "errors": [],
        "trace_id": trace_id,
        **error.extensions,
    }


async def refuse(
    scope: Scope, send: Send, error: DomainError, *, trace_id: bytes, language: bytes, more: Headers
) -> int:
    """Sends the refusal; its status."""
    body = orjson.dumps(
        document(error, instance=scope["path"], trace_id=trace_id.decode(), english=prefers_english(language))
    )
    headers: Headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-error-source", b"gateway"),
        *((name.lower().encode(), value.encode()) for name, value in error.headers.items()),
        *more,
    ]
    if error.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="yiwang"'))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return error.status
