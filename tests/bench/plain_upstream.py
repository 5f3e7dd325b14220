"""A service without a framework, for measuring what stands before it: a small JSON, a public read, 10 MB both ways."""

from starlette.types import Receive, Scope, Send

SMALL = b'{"id":"0198f0a2-5b7e-7c31-9a55-3f1d2c4b5a69","number":"421303-2026-000017","state":"accepted","title":"x"}'
LARGE = bytes(10 * 1024 * 1024)
PIECE = 256 * 1024
JSON = (b"content-type", b"application/json")
PUBLIC = (b"cache-control", b"public, max-age=0, s-maxage=60, stale-while-revalidate=60")
TAGS = (b"cache-tags", b"bench")
ETAG = (b"etag", b'"17"')


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers by the end of the path: `public`, `large`, an upload by PUT, everything else with a small JSON."""
    if scope["type"] != "http":
        return
    if scope["method"] in ("PUT", "POST"):
        await _take(receive)
    path = scope["path"]
    if path.endswith("/large"):
        await _send_large(send)
        return
    headers = [JSON, (b"content-length", b"%d" % len(SMALL))]
    if path.endswith("/public"):
        headers += [PUBLIC, TAGS, ETAG]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": SMALL})


async def _take(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _send_large(send: Send) -> None:
    headers = [(b"content-type", b"application/octet-stream"), (b"content-length", b"%d" % len(LARGE))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for start in range(0, len(LARGE), PIECE):
        more = start + PIECE < len(LARGE)
        await send({"type": "http.response.body", "body": LARGE[start : start + PIECE], "more_body": more})
