"""Many connections which send the same request at the same moment: HTTP/1.1 by hand, so that the sender is not slow."""

import asyncio

Answer = tuple[int, bytes]


class Wire:
    """Open connections to one address; `all` sends on every one of them at once."""

    def __init__(self, host: str, pairs: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> None:
        self._host, self._pairs = host, pairs

    @classmethod
    async def open(cls, host: str, port: int, count: int) -> "Wire":
        """Connects `count` times."""
        return cls(host, [await asyncio.open_connection(host, port) for _ in range(count)])

    async def all(self, path: str, body: bytes, authorization: str) -> list[Answer]:
        """POSTs a form on all connections; status and body of each answer."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: {authorization}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        for _, writer in self._pairs:
            writer.write(head.encode() + body)
        return list(await asyncio.gather(*(_answer(reader) for reader, _ in self._pairs)))

    async def close(self) -> None:
        """Ends the connections."""
        for _, writer in self._pairs:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), await reader.readexactly(int(fields.get("content-length", "0")))
