"""Which header fields pass, in both directions: pure functions over lists of lower-case names and values.

Never passed on: fields of one hop (RFC 9110, 7.6.1), fields by which a caller could claim an identity or an origin
(ASVS 4.1.3), and the cookies of the gateway. The gateway says who forwards what, in its own words.
"""

import random
import re
from dataclasses import dataclass

from gateway.cache.rules import without_own
from gateway.errors import AmbiguousLength, HeadersTooLarge
from shared.errors import BadRequest

MAX_TOTAL = 16 * 1024
MAX_FIELDS = 100
MAX_TRACESTATE = 512

Headers = list[tuple[bytes, bytes]]


def _names(text: str) -> frozenset[bytes]:
    return frozenset(text.encode().split())


HOP_BY_HOP = _names(
    "connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade"
    " http2-settings"
)
# Written anew by the gateway, or nobody's business behind it.
REPLACED = _names(
    "host content-length expect forwarded via x-real-ip x-request-id x-client-ip true-client-ip cf-connecting-ip"
    " x-original-url x-rewrite-url x-original-host x-error-source x-http-method-override x-csrf x-deadline-ms"
    " tracestate"
)
NOTED = _names("authorization cookie traceparent origin sec-fetch-site idempotency-key accept-language range")
CLAIMS = (b"x-user-", b"x-forwarded-", b"x-auth-", b"x-remote-", b"x-ssl-", b"x-yiwang-")
NOT_RETURNED = HOP_BY_HOP | _names(
    "date server x-request-id x-error-source x-powered-by x-content-type-options cache-tags"
)
FRAMING = _names("content-length transfer-encoding")
WATCHED = HOP_BY_HOP | REPLACED | NOTED

TRACEPARENT = re.compile(rb"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
_random = random.SystemRandom()
_ids = random.Random(_random.getrandbits(256))  # noqa: S311 - ids for logs need to differ, not to be secret


@dataclass(slots=True)
class Incoming:
    """What the gateway noted of a request's header while it chose the fields to pass on."""

    passed: list[bytes]  # alternating: name, ": ", value, CRLF; ready to be joined
    authorization: bytes | None = None
    cookie: bytes | None = None
    traceparent: bytes | None = None
    tracestate: bytes | None = None
    origin: bytes | None = None
    sec_fetch_site: bytes | None = None
    accept_language: bytes = b""
    idempotency_key: bool = False
    csrf: bool = False
    length: int | None = None
    chunked: bool = False
    ranged: bool = False
    narrowed: bool = False  # `Connection` kept fields from the service

    @property
    def has_body(self) -> bool:
        return self.chunked or bool(self.length)


def read(headers: Headers) -> Incoming:
    """Sorts a request's header. Raises HeadersTooLarge, AmbiguousLength, BadRequest."""
    total = 0
    incoming = Incoming([])
    passed = incoming.passed
    special: Headers = []
    for name, value in headers:
        total += len(name) + len(value) + 4
        if name in WATCHED:
            special.append((name, value))
        elif not (name.startswith(CLAIMS) or b"_" in name):
            passed += (name, b": ", value, b"\r\n")
    if total > MAX_TOTAL or len(headers) > MAX_FIELDS:
        raise HeadersTooLarge(f"All header fields together have at most {MAX_TOTAL} bytes and {MAX_FIELDS} lines.")
    connection = _note(incoming, special)
    if connection:
        incoming.narrowed = _drop_named(passed, connection)
    return incoming


def _note(incoming: Incoming, special: Headers) -> bytes:
    """Keeps what the gateway itself must know; the value of `Connection`, if any, is returned."""
    connection, framing = b"", 0
    for name, value in special:
        if name in NOTED:
            _keep(incoming, name, value)
        elif name in FRAMING:
            framing += 1
            _frame(incoming, name, value)
        elif name == b"connection":
            connection += b"," + value.lower()
        elif name == b"x-csrf":
            incoming.csrf = value.strip() == b"1"
        elif name == b"tracestate" and len(value) <= MAX_TRACESTATE:
            incoming.tracestate = value
    if framing > 1:
        raise AmbiguousLength
    return connection


def _frame(incoming: Incoming, name: bytes, value: bytes) -> None:
    if name == b"content-length":
        incoming.length = _length(value)
    elif value.strip().lower() == b"chunked":
        incoming.chunked = True
    else:
        raise AmbiguousLength("Only one Transfer-Encoding is read here: chunked.")


def _keep(incoming: Incoming, name: bytes, value: bytes) -> None:
    if name == b"idempotency-key":
        incoming.idempotency_key = True
        incoming.passed += (name, b": ", value, b"\r\n")
    elif name == b"range":
        incoming.ranged = True
        incoming.passed += (name, b": ", value, b"\r\n")
    elif name == b"accept-language":
        incoming.accept_language = value
        incoming.passed += (name, b": ", value, b"\r\n")
    elif name == b"cookie":
        incoming.cookie = value if incoming.cookie is None else incoming.cookie + b"; " + value
    elif name == b"authorization" and incoming.authorization is not None:
        raise BadRequest("There is more than one Authorization field.")
    else:
        setattr(incoming, name.decode().replace("-", "_"), value)


def _length(value: bytes) -> int:
    if not value.isdigit() or len(value) > 15:
        raise AmbiguousLength("Content-Length is not a number.")
    return int(value)


def _drop_named(passed: list[bytes], connection: bytes) -> bool:
    """Removes the fields which `Connection` declares to be of one hop only; whether there were any."""
    named = {token.strip() for token in connection.split(b",")} - {b"close", b"keep-alive", b""}
    before = len(passed)
    if named:
        passed[:] = without(passed, frozenset(named))
    return len(passed) < before


def trace(traceparent: bytes | None) -> tuple[bytes, bytes, bool]:
    """Trace id, the traceparent to pass on, and whether the caller's trace was carried on."""
    match = TRACEPARENT.match(traceparent) if traceparent else None
    carried = match is not None and match[1] != b"0" * 32 and match[2] != b"0" * 16
    if match is not None and carried:
        trace_id, flags = match[1], match[3]
    else:
        trace_id, flags = b"%032x" % _ids.getrandbits(128), b"01"
    return trace_id, b"00-%s-%016x-%s" % (trace_id, _ids.getrandbits(64) or 1, flags), carried


def new_digits() -> bytes:
    """72 random hex digits: a trace id (32), a span id (16) and a request id (24), drawn at once."""
    return b"%072x" % _ids.getrandbits(288)


def new_request_id() -> bytes:
    """An id of one request, 24 hex digits, in every log line about it."""
    return b"%024x" % _ids.getrandbits(96)


def cookie_value(cookie: bytes | None, name: bytes) -> bytes | None:
    """One cookie out of a Cookie field, the last of its name as the framework reads it; None when it is not there."""
    if cookie is None or name not in cookie:
        return None
    found = None
    for pair in cookie.split(b";"):
        key, _, value = pair.partition(b"=")
        if key.strip() == name:
            found = value.strip()
    return found


def without_cookies(cookie: bytes | None, names: tuple[bytes, ...]) -> bytes:
    """A Cookie field without the gateway's own cookies, for the identity provider."""
    pairs = [pair.strip() for pair in (cookie or b"").split(b";")]
    return b"; ".join(pair for pair in pairs if pair and pair.partition(b"=")[0].strip() not in names)


def returned(headers: Headers, *, cookies: bool) -> Headers:
    """The fields of a service's answer which go on to the client; only the provider may set cookies."""
    return [
        (name, without_own(value) if name == b"cache-control" and b"s-maxage" in value else value)
        for name, value in headers
        if name not in NOT_RETURNED and (cookies or name != b"set-cookie")
    ]


def without_limits(headers: Headers) -> Headers:
    """An answer's fields without what is left of a quota: others may have used it."""
    return [item for item in headers if not item[0].startswith(b"ratelimit")]


def without(passed: list[bytes], names: frozenset[bytes]) -> list[bytes]:
    """The fields to pass on, without some."""
    kept = [i for i in range(0, len(passed), 4) if passed[i] not in names]
    return [part for i in kept for part in passed[i : i + 4]]
