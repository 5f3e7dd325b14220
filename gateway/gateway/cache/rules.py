"""What may be kept of an answer, for how long, and for whom: RFC 9111 as a shared cache reads it, on the strict side.

Kept is only what a service declares to be the same for everyone: `Cache-Control: public` with `s-maxage`.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

Headers = list[tuple[bytes, bytes]]

DIRECTIVE = re.compile(rb'([A-Za-z-]+)(?:=(?:"([^"]*)"|([^\s,;"]*)))?')
TAG = re.compile(r"[A-Za-z0-9:._~-]{1,120}")
MOST_TAGS, MOST_VARIED = 32, 4
FORBIDDEN = frozenset({b"private", b"no-store", b"no-cache", b"must-revalidate"})
NEVER_KEPT = frozenset({b"set-cookie", b"content-range"})
DECISIVE = NEVER_KEPT | {b"cache-control", b"vary", b"cache-tags"}
OWN = frozenset({b"s-maxage", b"stale-while-revalidate", b"stale-if-error"})  # said to this cache alone
CONDITIONS = frozenset({b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since", b"if-range"})
NAMED_BY_304 = frozenset({b"cache-control", b"content-location", b"etag", b"expires", b"vary", b"last-modified"})
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Terms:
    """How an answer may be kept: seconds fresh, seconds more while it is renewed or the service is away."""

    fresh: int
    renewing: int
    failing: int
    vary: tuple[bytes, ...]
    tags: tuple[str, ...]


@dataclass(slots=True)
class Asked:
    """What a request says that an answer may depend on."""

    authorized: bool
    english: bool
    if_none_match: bytes | None
    headers: Headers = field(repr=False)
    conditional: bool = False  # asks only for what meets a condition


def asked_of(headers: Headers, *, authorized: bool) -> Asked:
    """Reads a request's header. `authorized`: it carries a token, or a session that stands for one.

    Of several Accept-Language fields the first counts, as for the services.
    """
    language, condition, conditional = None, None, False
    for name, value in headers:
        if name == b"accept-language":
            language = value if language is None else language
        elif name in CONDITIONS:
            conditional = True
            if name == b"if-none-match":
                condition = value if condition is None else condition + b"," + value
    return Asked(authorized, prefers_english(language or b""), condition, headers, conditional)


def prefers_english(accepted: bytes) -> bool:
    """Chinese comes first; English is for those whose Accept-Language names it before Chinese. As the services do."""
    text = accepted.lower()
    english, chinese = text.find(b"en"), text.find(b"zh")
    return english >= 0 and (chinese < 0 or english < chinese)


def variant_of(vary: tuple[bytes, ...], asked: Asked) -> tuple[bytes, ...]:
    """What a request says for the fields that an answer depends on, in the fewest different forms."""
    return tuple([_said(name, asked) for name in vary]) if vary else ()


def _said(name: bytes, asked: Asked) -> bytes:
    if name == b"accept-language":
        return b"en" if asked.english else b"zh"
    if name == b"authorization":
        return b"1" if asked.authorized else b""
    values = [value for field_name, value in asked.headers if field_name == name]
    text = b",".join(values).replace(b" ", b"").lower()
    if name == b"accept-encoding":
        return b",".join(sorted({part.partition(b";")[0] for part in text.split(b",")}))
    return text


def terms_of(status: int, headers: Headers) -> Terms | None:
    """How an answer may be kept; None: not at all."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name in DECISIVE:
            found.setdefault(name, []).append(value)
    control = found.get(b"cache-control", ())
    if status != 200 or len(control) != 1 or not NEVER_KEPT.isdisjoint(found):
        return None
    times, vary = _times(control[0]), _vary(b",".join(found.get(b"vary", ())))
    tags = _tags(b" ".join(found.get(b"cache-tags", ())))
    if times is None or vary is None or tags is None:
        return None
    return Terms(*times, vary, tags)


@lru_cache(maxsize=256)  # services say few different things
def _times(control: bytes) -> tuple[int, int, int] | None:
    """Seconds fresh, while it is renewed, while the service is away, by a Cache-Control field; None: not kept."""
    said = directives(control)
    fresh = _seconds(said.get(b"s-maxage"))
    if b"public" not in said or not FORBIDDEN.isdisjoint(said) or not fresh:
        return None
    return fresh, _seconds(said.get(b"stale-while-revalidate")), _seconds(said.get(b"stale-if-error"))


def directives(value: bytes) -> dict[bytes, bytes]:
    """The directives of a Cache-Control field; the first of a kind counts."""
    found: dict[bytes, bytes] = {}
    for name, quoted, plain in DIRECTIVE.findall(value):
        found.setdefault(name.lower(), quoted or plain)
    return found


@lru_cache(maxsize=256)
def without_own(value: bytes) -> bytes:
    """A Cache-Control field for the client. Caches that no event reaches are not told how long this one keeps."""
    parts = [part.strip() for part in value.split(b",")]
    return b", ".join(part for part in parts if part.partition(b"=")[0].strip().lower() not in OWN)


def matches(condition: bytes, etag: bytes) -> bool:
    """Whether If-None-Match names `etag`, compared weakly (RFC 9110, 13.1.2)."""
    wanted = etag.removeprefix(b"W/")
    return condition.strip() == b"*" or any(
        part.strip().removeprefix(b"W/") == wanted for part in condition.split(b",")
    )


def path_tag(service: str, path: bytes) -> str:
    """The tag which everything under one path carries, whatever its query."""
    return f"={service}{path.decode('ascii', 'replace')}"


def touched(service: str, path: bytes) -> list[str]:
    """The tags of what a successful write to `path` may have changed: the resource, and what it is listed in."""
    tags, parts = [], path.rstrip(b"/").split(b"/")
    for end in range(len(parts), 2, -1):  # the first parts are "" and "v1"
        tags.append(path_tag(service, b"/".join(parts[:end])))
    return tags


def _seconds(value: bytes | None) -> int:
    return min(int(value), DAY) if value and value.isdigit() and len(value) < 10 else 0


@lru_cache(maxsize=256)
def _vary(named: bytes) -> tuple[bytes, ...] | None:
    names = {part.strip().lower() for part in named.split(b",")} - {b""}
    if b"*" in names or b"cookie" in names or len(names) > MOST_VARIED:
        return None
    return tuple(sorted(names))


def _tags(text: bytes) -> tuple[str, ...] | None:
    """The tags of an answer; None when they can't be read: what nobody can purge is not kept."""
    tags = tuple(text.decode("latin-1").split())
    return tags if len(tags) <= MOST_TAGS and all(map(TAG.fullmatch, tags)) else None
