"""How lines of the change stream look, and how long one may be followed by a connection."""

from datetime import datetime

import orjson

HEARTBEAT_SECONDS = 10.0
"""A connection without changes carries a line at least that often: who hears nothing for longer connects anew."""
LONGEST_SECONDS = 900.0
"""After that a connection is ended; the follower comes again with his last position and a fresh token."""
AT_ONCE = 500
_FLAGS = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


def heartbeat(position: int, at: datetime) -> bytes:
    """The line of a moment in which nothing has changed behind `position`."""
    return orjson.dumps({"type": "heartbeat", "position": position, "at": at}, option=_FLAGS)


def line(event: dict[str, object], data: bytes | None) -> bytes:
    """The line of a change; `data` is the resource as REST gives it, in JSON, and none for what is no longer public."""
    head = event | {"type": "changed" if data is not None else "withdrawn"}
    fragment = orjson.Fragment(data) if data is not None else None
    return orjson.dumps(head | {"data": fragment}, option=_FLAGS)
