"""The connections to one service: kept warm, last used first, with one clock for all deadlines."""

import asyncio
from collections import deque
from functools import partial

from gateway.proxy.connection import Busy, Connection, CouldNotConnect, Refused, Silent
from gateway.routes import Address

TICK = 0.1  # seconds between two looks at the deadlines: cheaper than one timer for each request


class Pool:
    """At most `limit` connections; an idle one is closed after `idle` seconds, before the service would close it."""

    def __init__(self, address: Address, *, limit: int, idle: float, connect: float) -> None:
        self.address = address
        self.limit, self.idle_seconds, self.connect_seconds = limit, idle, connect
        self.loop = asyncio.get_running_loop()
        self._idle: deque[Connection] = deque()
        self._open: set[Connection] = set()
        self._opening = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._ticker: asyncio.TimerHandle | None = None

    @property
    def size(self) -> int:
        return len(self._open) + self._opening

    async def acquire(self, *, fresh: bool = False) -> Connection:
        """An idle connection, or a new one (`fresh` insists on that). Raises CouldNotConnect."""
        if not fresh and (connection := self.take_idle()):
            return connection
        give_up = self.loop.time() + self.connect_seconds
        while self.size >= self.limit and not self._evict():
            await self._turn(give_up - self.loop.time())
            if not fresh and (connection := self.take_idle()):
                return connection
        return await self._connect()

    def release(self, connection: Connection) -> None:
        """Takes a connection back after its exchange; one that can't serve again is closed."""
        if connection.finish():
            connection.idle_since = self.loop.time()
            self._idle.append(connection)
        else:
            connection.abort()
            self._open.discard(connection)
        self._wake_one()

    def give_back(self, connection: Connection) -> None:
        """Takes back a connection on which nothing was sent."""
        self._idle.append(connection)

    def lost(self, connection: Connection) -> None:
        """The connection told that it is gone."""
        self._open.discard(connection)
        if not connection.busy:
            try:
                self._idle.remove(connection)
            except ValueError:
                return
        self._wake_one()

    def close(self) -> None:
        """Closes everything; called once, when the gateway stops."""
        if self._ticker is not None:
            self._ticker.cancel()
        for connection in tuple(self._open):
            connection.abort()

    def take_idle(self) -> Connection | None:
        """The connection that was used last, if there is one that has not idled for too long."""
        oldest = self.loop.time() - self.idle_seconds
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed and connection.idle_since >= oldest:
                return connection
            connection.abort()
            self._open.discard(connection)
        return None

    def _evict(self) -> bool:
        """Makes room for a fresh connection by giving up an idle one."""
        if not self._idle:
            return False
        connection = self._idle.popleft()
        connection.abort()
        self._open.discard(connection)
        return True

    async def _turn(self, seconds: float) -> None:
        turn: asyncio.Future[None] = self.loop.create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await turn
        except TimeoutError as exc:
            raise Busy from exc
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)

    def _wake_one(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def _connect(self) -> Connection:
        self._opening += 1
        factory = partial(Connection, self.loop, self.lost)
        try:
            async with asyncio.timeout(self.connect_seconds):
                _, connection = await self.loop.create_connection(factory, self.address.host, self.address.port)
        except (OSError, TimeoutError) as exc:
            self._wake_one()
            failure = CouldNotConnect if isinstance(exc, TimeoutError) else Refused
            raise failure(str(exc)) from exc
        finally:
            self._opening -= 1
        self._open.add(connection)
        if self._ticker is None:
            self._ticker = self.loop.call_later(TICK, self._tick)
        return connection

    def _tick(self) -> None:
        now = self.loop.time()
        oldest = now - self.idle_seconds
        for connection in tuple(self._open):
            if connection.busy:
                if connection.deadline and connection.deadline < now:
                    connection.fail(Silent())
            elif connection.idle_since < oldest:
                connection.abort()
        self._ticker = self.loop.call_later(TICK, self._tick) if self._open else None
