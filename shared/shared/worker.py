"""The second half of a service: relay, handlers, sweeps, sealing, reconciling. Each part restarts on its own.

It runs inside the web process, or alone by `python -m svc_x.worker`; any number of both may run at a time.
"""

import asyncio
import contextlib
import logging
import signal
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

import asyncpg
from nats.errors import Error as NatsError
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, revocations, telemetry
from shared.clock import now, statutory_date
from shared.consumer import Consumer, reconcile_forever
from shared.http import idempotency
from shared.inbox import Sweep, SweepContext, Work, subscriptions
from shared.outbox import CHANNEL
from shared.problems import is_outage
from shared.relay import answer_feed, feed_subject, relay_forever
from shared.runtime import Runtime

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]
SWEEP_LOCKS = 7_201
SWEEPS_AT_ONCE = 3  # of a service's own; the others wait, so that requests find a connection


async def forever(name: str, job: Job) -> None:
    """Runs `job` for ever; when it fails, again after a pause which grows to 10 s."""
    pause = 0.2
    while True:
        started = time.monotonic()
        try:
            await job()
        except Exception as exc:
            outage = is_outage(exc) or isinstance(exc, NatsError)  # known, and over one day: a line is enough
            extra = {"part": name, "error": f"{type(exc).__name__}: {exc}"[:300]}
            log.warning("a part of the worker failed and starts again", exc_info=None if outage else exc, extra=extra)
        pause = 0.2 if time.monotonic() - started > 30 else min(pause * 2, 10)
        await asyncio.sleep(pause)


async def listen(runtime: Runtime, woken: asyncio.Event) -> None:
    """Wakes the relay when a transaction with events commits; the relay polls too, so a lost wake-up only delays."""
    address = make_url(runtime.settings.database).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address, timeout=5)
    closed = asyncio.Event()
    connection.add_termination_listener(lambda _: closed.set())
    try:
        await connection.add_listener(CHANNEL, lambda *_: woken.set())
        await closed.wait()
    finally:
        with contextlib.suppress(Exception):
            await connection.close(timeout=1)


async def sweep_forever(runtime: Runtime, sweep: Sweep, turns: asyncio.Semaphore) -> None:
    """Runs a sweep at its interval when it is its turn, and again at once while it finds something to do."""
    while True:
        async with turns:
            done = await sweep_once(runtime, sweep)
        await asyncio.sleep(0 if done else sweep.every)


async def sweep_once(runtime: Runtime, sweep: Sweep) -> int:
    """One transaction of a sweep; 0 when another process is at it."""
    at = now()
    async with runtime.sessions() as session, session.begin():
        lock = select(func.pg_try_advisory_xact_lock(SWEEP_LOCKS, zlib.crc32(sweep.name.encode()) & 0x7FFFFFFF))
        if not await session.scalar(lock):
            return 0
        done = await sweep.run(session, SweepContext(runtime, at, statutory_date(at)))
    if done:
        log.info("sweep", extra={"sweep": sweep.name, "done": done})
    return done


async def _forget_answers(session: AsyncSession, context: SweepContext) -> int:
    await idempotency.forget_old(session, context.now, context.runtime.settings.idempotency_hours)
    return 0


KERNEL_SWEEPS = (
    Sweep("audit.seal", every=0.5, run=audit.seal),
    Sweep("idempotency.forget", every=600, run=_forget_answers),
)


def jobs(runtime: Runtime, work: Work) -> Sequence[tuple[str, Job]]:
    """Everything the worker of a service does for ever, by name."""
    woken = asyncio.Event()

    async def answer(body: bytes) -> bytes:
        return await answer_feed(runtime, body)

    async def feed() -> None:
        await runtime.bus.respond(feed_subject(runtime.name), answer)
        await asyncio.Event().wait()

    parts: list[tuple[str, Job]] = [
        ("relay", lambda: relay_forever(runtime, woken)),
        ("listen", lambda: listen(runtime, woken)),
        ("feed", feed),
    ]
    turns = {sweep: asyncio.Semaphore() for sweep in KERNEL_SWEEPS} | dict.fromkeys(
        work.sweeps, asyncio.Semaphore(SWEEPS_AT_ONCE)
    )
    for sweep, turn in turns.items():
        parts.append((f"sweep {sweep.name}", lambda s=sweep, t=turn: sweep_forever(runtime, s, t)))  # type: ignore[misc]
    for part in work.parts:
        parts.append((part.name, lambda p=part: p.run(runtime)))  # type: ignore[misc]
    for subscription in subscriptions(runtime.name, work.handlers):
        consumer = Consumer(runtime, subscription)
        parts.append((f"consumer {subscription.durable}", consumer.run))
        parts.append((f"reconcile {subscription.durable}", lambda s=subscription: reconcile_forever(runtime, s)))  # type: ignore[misc]
    return parts


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancels tasks until they hear it: the broker's client swallows a cancellation that meets a message."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.25)


@contextlib.asynccontextmanager
async def working(runtime: Runtime, work: Work) -> AsyncIterator[None]:
    """Runs the worker in the background for as long as the block lasts."""
    tasks = [asyncio.create_task(forever(name, job), name=name) for name, job in jobs(runtime, work)]
    try:
        yield
    finally:
        await end(tasks)


@contextlib.asynccontextmanager
async def running(runtime: Runtime) -> AsyncIterator[None]:
    """Starts the parts of a runtime and stops them at the end."""
    await runtime.bus.start()
    watching = asyncio.create_task(forever("revocations", lambda: revocations.watch(runtime)), name="revocations")
    try:
        yield
    finally:
        await end([watching])
        await runtime.bus.stop()
        await runtime.outbound.aclose()
        await runtime.engine.dispose()


async def work_alone(runtime: Runtime, work: Work) -> None:
    """The worker as a process of its own, until SIGTERM or SIGINT."""
    telemetry.configure_logging(runtime.name, runtime.settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(runtime), working(runtime, work):
        await stop.wait()
