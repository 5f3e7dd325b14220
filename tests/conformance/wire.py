"""Many connections which send the same request at the same moment: HTTP/1.1 by hand, so that the sender is not slow."""

import asyncio
from collections.abc import Sequence

Answer = tuple[int, bytes]


async def all_at_once(
    host: str, ports: Sequence[int], count: int, path: str, body: bytes, authorization: str
) -> list[Answer]:
    """POSTs a form on `count` new connections, once all of them are open; status and body of each answer.

    The connections go to the ports in turn.
    """
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    pairs = await asyncio.gather(*(asyncio.open_connection(host, ports[n % len(ports)]) for n in range(count)))
    for _, writer in pairs:
        writer.write(head.encode() + body)
    answers = await asyncio.gather(*(_answer(reader) for reader, _ in pairs))
    for _, writer in pairs:
        writer.close()
    return list(answers)


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), await reader.readexactly(int(fields.get("content-length", "0")))
