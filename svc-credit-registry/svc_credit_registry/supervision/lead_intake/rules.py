"""Reading a batch of leads: NDJSON, row by row. Pure."""

import json
from dataclasses import dataclass
from typing import Any

from svc_credit_registry.supervision.leads.errors import BatchTooLarge, BatchUnreadable
from svc_credit_registry.supervision.leads.rules import MOST_ROWS

CREATED, REPEATED, REFUSED = "created", "repeated", "refused"


@dataclass(frozen=True)
class Line:
    """A row of a batch: what it holds, or why it can't be read."""

    number: int
    content: dict[str, Any] | None
    fault: str | None = None


def lines_of(raw: bytes) -> list[Line]:
    """The rows of a batch, empty lines left out; 400 for none, 413 for more than 5,000. A torn row is a fault of it."""
    found = [_line(number, text) for number, text in enumerate(raw.split(b"\n"), start=1) if text.strip()]
    if not found:
        raise BatchUnreadable
    if len(found) > MOST_ROWS:
        raise BatchTooLarge(rows=len(found))
    return found


def _line(number: int, text: bytes) -> Line:
    try:
        content = json.loads(text.decode())
    except (ValueError, RecursionError) as exc:
        return Line(number, None, f"{exc}"[:200])
    return Line(number, content) if isinstance(content, dict) else Line(number, None, "not an object")
