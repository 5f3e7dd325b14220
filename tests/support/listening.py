"""A running application behind uvicorn with a protocol of ours, and one connection to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import uvicorn

from tests.gateway.support import Answer, read_answer


class Connection:
    """One connection to the service."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, *pieces: bytes, answers: int | None = None) -> list[Answer]:
        """Sends each piece by itself; as many answers as pieces, unless said otherwise."""
        for piece in pieces:
            self.writer.write(piece)
            await asyncio.sleep(0.005)  # each arrives by itself
        number = len(pieces) if answers is None else answers
        return [await asyncio.wait_for(read_answer(self.reader), 5) for _ in range(number)]


@contextlib.asynccontextmanager
async def listening(app: Any, listener: str) -> AsyncIterator[tuple[uvicorn.Server, Connection]]:
    """The application, which runs already, behind a server with this listener; a connection to it."""
    config = uvicorn.Config(
        app, port=0, http=listener, log_config=None, access_log=False, proxy_headers=False, lifespan="off",
        server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    connection = Connection(*await asyncio.open_connection("127.0.0.1", port))
    try:
        yield server, connection
    finally:
        connection.writer.close()
        server.should_exit = True
        await task
