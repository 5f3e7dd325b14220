"""Cases are counted by person and matter: the matter stands in the body, which is read here before it goes on."""

import asyncio

import orjson
from starlette.types import Message, Receive, Scope

from gateway.errors import BodyTooSlow
from gateway.limits.policy import MATTERS, Limiter, refused

MOST_READ = 64 * 1024
SECONDS = 10.0


async def with_matter(limiter: Limiter, scope: Scope, receive: Receive, person: str, length: int | None) -> Receive:
    """Counts what starts a case; the body to read from instead. Raises RateLimited, BodyTooSlow.

    A body that is too long or no JSON is counted for no matter: the service refuses it.
    """
    member = MATTERS.get(scope["raw_path"]) if scope["method"] == "POST" else None
    if member is None or not length or length > MOST_READ:
        return receive
    messages = await _read(receive)
    matter = _member(b"".join(message.get("body", b"") for message in messages), member)
    if matter is not None:
        verdict = limiter.check_matter(person, matter)
        if verdict is not None:
            raise refused(verdict)

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


async def _read(receive: Receive) -> list[Message]:
    messages = []
    try:
        async with asyncio.timeout(SECONDS):
            while True:
                messages.append(await receive())
                if not messages[-1].get("more_body", False):
                    return messages
    except TimeoutError as exc:
        raise BodyTooSlow from exc


def _member(body: bytes, name: str) -> str | None:
    try:
        value = orjson.loads(body)
    except ValueError:
        return None
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) and found else None
