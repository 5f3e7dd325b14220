"""A way to the database of the tests that can swallow the news that a connection is closed."""

import asyncio
import contextlib

import asyncpg

from shared.local.ports import HOST
from tests.support.servers import Servers


class Way:
    """Passes bytes both ways; once `muffled`, the server's last words still arrive, but not that it has hung up.

    Between the two a driver holds a connection for open that nothing can be asked on. It is a matter of microseconds
    otherwise.
    """

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.is_muffled = False
        self.held: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Way":
        self.relay = await asyncio.start_server(self._pass, HOST, 0)
        self.port = int(self.relay.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self.relay.close()
        for writer in self.held:
            writer.close()

    async def say_goodbye(self, connection: asyncpg.Connection) -> None:
        """Ends a connection that runs over this way; its client has read the server's goodbye, and no more."""
        self.is_muffled = True
        ending = await asyncpg.connect(self.servers.dsn())
        try:
            await ending.execute(f"SELECT pg_terminate_backend({connection.get_server_pid()}, 5000)")
        finally:
            await ending.close()
        await asyncio.sleep(0.05)
        assert not connection.is_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs = await asyncio.open_connection(HOST, self.servers.port)
        await asyncio.gather(self._copy(reader, theirs[1]), self._copy(theirs[0], writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        if self.is_muffled:
            self.held.append(writer)
        else:
            writer.close()
