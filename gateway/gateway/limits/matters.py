"""Cases are counted by person and matter: the matter stands in the body, which is read here before it goes on."""

import asyncio

import orjson
from starlette.types import Message, Receive, Scope

from gateway.errors import BodyTooSlow
from gateway.limits.policy import MATTERS, Limiter, refused

MOST_READ = 64 * 1024
LONGEST = 64
UNREAD = "?"  # all matters that could not be read, counted as one
SECONDS = 10.0


async def with_matter(limiter: Limiter, scope: Scope, receive: Receive, person: str, *, has_body: bool) -> Receive:
    """Counts what starts a case; the body to read from instead. Raises RateLimited, BodyTooSlow.

    What can't be read here may be readable to the service (a long body, another encoding): it is counted too.
    """
    member = MATTERS.get(scope["raw_path"]) if scope["method"] == "POST" else None
    if member is None or not has_body:
        return receive
    messages = await _read(receive)
    verdict = limiter.check_matter(person, _matter(b"".join(message.get("body", b"") for message in messages), member))
    if verdict is not None:
        raise refused(verdict)

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


async def _read(receive: Receive) -> list[Message]:
    """The parts of a body, up to the one with which it gets too long."""
    messages: list[Message] = []
    size = 0
    try:
        async with asyncio.timeout(SECONDS):
            while size <= MOST_READ:
                messages.append(await receive())
                size += len(messages[-1].get("body", b""))
                if not messages[-1].get("more_body", False):
                    break
    except TimeoutError as exc:
        raise BodyTooSlow from exc
    return messages


def _matter(body: bytes, member: str) -> str:
    """The matter as it is counted; services pass over blanks and small letters, so these make no other matter of it."""
    try:
        value = orjson.loads(body) if len(body) <= MOST_READ else None
    except ValueError:
        return UNREAD
    found = value.get(member) if isinstance(value, dict) else None
    text = found.strip().upper() if isinstance(found, str) else ""
    return text if 0 < len(text) <= LONGEST and text.isprintable() else UNREAD
