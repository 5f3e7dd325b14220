"""The connection to NATS JetStream. The broker is transport; PostgreSQL is the truth (decision 0004).

Streams keep events 30 days on disk with a duplicate window of ten minutes. A service starts and answers without the
broker: its events wait in the outbox.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from shared.events.envelope import Envelope, stream_name

log = logging.getLogger(__name__)

MAX_AGE_SECONDS = 30 * 24 * 3600
DUPLICATE_WINDOW_SECONDS = 600
ACK_WAIT_SECONDS = 30
PUBLISH_TIMEOUT_SECONDS = 3.0
REQUEST_TIMEOUT_SECONDS = 5.0

Responder = Callable[[bytes], Awaitable[bytes]]
Hearer = Callable[[bytes], None]


class Bus:
    """One connection, kept alive; every subject and stream carries `prefix` when one is set."""

    def __init__(self, url: str, password: str | None, name: str, prefix: str = "", replicas: int = 1) -> None:
        self.url, self.password, self.name, self.prefix, self.replicas = url, password, name, prefix, replicas
        self.connected = asyncio.Event()
        self.connections = 0  # counts up each time the broker is reached again
        self._client = Client()
        self._js: JetStreamContext | None = None
        self._task: asyncio.Task[None] | None = None
        self._streams: set[str] = set()

    async def start(self) -> None:
        """Begins to connect, in the background, for as long as it takes."""
        self._task = asyncio.create_task(self._connect(), name="bus-connect")

    async def stop(self) -> None:
        """Ends the connection."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._client.is_connected:
            with contextlib.suppress(NatsError, asyncio.TimeoutError):
                await self._client.close()

    @property
    def is_connected(self) -> bool:
        """Whether the broker answers at the moment."""
        return bool(self._client.is_connected)

    async def _connect(self) -> None:
        user = urlsplit(self.url).username or self.name
        options = {"password": self.password, "user": user} if self.password else {}
        while True:
            try:
                await self._client.connect(
                    self.url,
                    name=self.name,
                    connect_timeout=2,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.25,  # type: ignore[arg-type]  # a float works too
                    ping_interval=5,
                    max_outstanding_pings=2,
                    disconnected_cb=self._on_disconnect,
                    reconnected_cb=self._on_reconnect,
                    error_cb=self._on_error,
                    **options,  # type: ignore[arg-type]
                )
            except (NatsError, OSError, TimeoutError) as exc:
                log.warning("the broker can't be reached", extra={"error": str(exc)})
                await asyncio.sleep(1)
                continue
            self._js = self._client.jetstream(timeout=PUBLISH_TIMEOUT_SECONDS)
            await self._on_reconnect()
            return

    async def _on_disconnect(self) -> None:
        self.connected.clear()
        self._streams.clear()  # it may come back without its store

    async def _on_reconnect(self) -> None:
        self.connections += 1
        self.connected.set()

    async def _on_error(self, exc: Exception) -> None:
        log.warning("broker connection", extra={"error": str(exc) or type(exc).__name__})

    @property
    def js(self) -> JetStreamContext:
        """JetStream; ConnectionError before the first connection."""
        if self._js is None:
            raise ConnectionError("not connected to the broker yet")
        return self._js

    def subject(self, name: str) -> str:
        """The subject `name` on this platform's part of the broker."""
        return f"{self.prefix}.{name}" if self.prefix else name

    def stream(self, type_: str) -> str:
        """The stream of events of `type_` on this platform's part of the broker."""
        name = stream_name(type_)
        return f"{self.prefix.upper()}_{name}" if self.prefix else name

    async def ensure_stream(self, type_: str) -> str:
        """The stream for `type_`, made when it is not there."""
        name = self.stream(type_)
        if name not in self._streams:
            config = StreamConfig(
                name=name,
                subjects=[self.subject(type_.split(".", 1)[0] + ".>")],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=MAX_AGE_SECONDS,
                duplicate_window=DUPLICATE_WINDOW_SECONDS,
                num_replicas=self.replicas,
            )
            try:
                await self.js.stream_info(name)
            except NotFoundError:
                await self.js.add_stream(config)
            self._streams.add(name)
        return name

    async def publish(self, envelope: Envelope) -> None:
        """Stores an event in its stream; returns when the broker has acknowledged it."""
        await self.ensure_stream(envelope.type)
        await self.js.publish(
            self.subject(envelope.type),
            envelope.model_dump_json().encode(),
            timeout=PUBLISH_TIMEOUT_SECONDS,
            headers={"Nats-Msg-Id": str(envelope.id)},
        )

    async def pull(self, durable: str, aggregate_type: str) -> JetStreamContext.PullSubscription:
        """A durable pull consumer of all events of an aggregate type, from the beginning of the stream."""
        stream = await self.ensure_stream(aggregate_type + ".any")
        subject = self.subject(aggregate_type + ".>")
        name = f"{self.prefix}_{durable}" if self.prefix else durable
        config = ConsumerConfig(
            durable_name=name,
            filter_subject=subject,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            deliver_policy=DeliverPolicy.ALL,
            max_deliver=-1,  # tries are counted where the reason is known: an outage is no fault of the event
            max_ack_pending=1000,
        )
        return await self.js.pull_subscribe(subject, durable=name, stream=stream, config=config)

    async def respond(self, name: str, responder: Responder) -> None:
        """Answers requests on `name`, shared with the other processes of the service."""

        async def answer(message: Msg) -> None:
            await message.respond(await responder(message.data))

        await self.connected.wait()
        await self._client.subscribe(self.subject(name), queue=self.name, cb=answer)

    async def listen(self, name: str, hear: Hearer) -> None:
        """Hands every message on `name` to `hear`, in every process; those sent while the broker is away are missed."""

        async def pass_on(message: Msg) -> None:
            hear(message.data)

        await self.connected.wait()
        await self._client.subscribe(self.subject(name), cb=pass_on)

    async def tell(self, name: str, body: bytes) -> None:
        """Sends `body` to whoever listens on `name` at the moment; nothing keeps it."""
        await self._client.publish(self.subject(name), body)

    async def request(self, name: str, body: bytes) -> bytes:
        """The answer of whoever responds on `name`."""
        message = await self._client.request(self.subject(name), body, timeout=REQUEST_TIMEOUT_SECONDS)
        return bytes(message.data)
