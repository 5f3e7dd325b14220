"""Which searches are plain: a text, from the first page on."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from shared.errors import DomainError
from svc_credit_registry.discovery.search.rules import Filters, Wanted, read_query

_PLAIN = re.compile(r"(?:q=[^&=;+#]+(?:&limit=\d{1,3})?|limit=\d{1,3}&q=[^&=;+#]+)")
LONGEST, LIMIT, MOST = 100, 50, 200
"""Characters of a text; entries on a page when nothing is said, and at most: as the route has them."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]")


@dataclass(frozen=True)
class PlainSearch:
    """The query as it was written, and what it means."""

    query: str
    wanted: Wanted
    limit: int


def read(query: str) -> PlainSearch | None:
    """A plain search; None for all that is the route's business, such as what it refuses."""
    if _PLAIN.fullmatch(query) is None:
        return None
    given = dict(parse_qsl(query, errors="replace"))
    text, limit = given.get("q", ""), int(given.get("limit", LIMIT))
    if not 0 < len(text) <= LONGEST or _CONTROLS.search(text) or not 1 <= limit <= MOST:
        return None
    try:
        wanted = read_query(text, Filters())
    except DomainError:
        return None
    return PlainSearch(query, wanted, limit) if wanted.text is not None else None
