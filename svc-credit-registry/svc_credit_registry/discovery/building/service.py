"""Building an index of the whole register beside the one in use.

The order of the register is cut into shares. Each is read and indexed by a process of its own, all as of one moment; a
small register is done within the process at hand.
"""

import asyncio
import contextlib
import fcntl
import gc
import multiprocessing
import os
import shutil
import signal
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from shared.settings import ServiceSettings
from svc_credit_registry.discovery.building import queries
from svc_credit_registry.discovery.building.rules import (
    MEMORY,
    SMALL_REGISTER,
    SMALL_REGISTER_MEMORY,
    Stretch,
    shares,
)
from svc_credit_registry.discovery.indexes.rules import Entry, cut
from svc_credit_registry.discovery.indexes.service import OpenIndex

CURRENT = "CURRENT"
PLACING = "placing"
UNFINISHED = "unfinished-"
LESS_URGENT = 5
"""By so much less than those who answer are the processes favoured by the system."""
SESSION = {
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",
}
_FRESH = multiprocessing.get_context("spawn")


class BuilderLost(RuntimeError):
    """A process that built a part of an index has ended before it was done."""


@dataclass(frozen=True)
class Share:
    """What one process indexes: a stretch of the register, as of a snapshot that another connection holds."""

    address: str
    snapshot: str
    stretch: Stretch
    path: Path
    memory: int


async def build(settings: ServiceSettings, processes: int | None = None) -> OpenIndex:
    """Builds an index of the whole register beside the one in use, and puts it into its place."""
    root = settings.data_dir.resolve() / "search"
    root.mkdir(parents=True, exist_ok=True)
    address = make_url(settings.database).set(drivername="postgresql").render_as_string(hide_password=False)
    path = root / f"{UNFINISHED}{uuid.uuid4().hex}"
    connection = await asyncpg.connect(address, server_settings=SESSION)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            index, position = await _filled(connection, address, path, processes)
        await asyncio.to_thread(index.commit, position)
        await asyncio.to_thread(index.settle)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    finally:
        await connection.close()
    return await asyncio.to_thread(_put_in_place, root, path)


async def _filled(
    connection: asyncpg.Connection, address: str, path: Path, processes: int | None
) -> tuple[OpenIndex, int]:
    """A new index with all enterprises as of the transaction of the connection, and how far the feed was then."""
    position = await connection.fetchval("SELECT last FROM feed_state")
    register = await connection.fetchval("SELECT identity FROM registers")
    total, keys, places = await queries.sample(connection)
    about = (str(register), cut(keys), total)
    index = await asyncio.to_thread(OpenIndex.make, path, *about)
    stretches = shares(places, processes or (1 if total <= SMALL_REGISTER else os.cpu_count() or 1))
    if len(stretches) == 1:
        index.write_with(SMALL_REGISTER_MEMORY if total <= SMALL_REGISTER else MEMORY)
        await _read(connection, stretches[0], index)
        return index, position or 0
    snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
    parts = [path / f"part-{number}" for number in range(len(stretches))]
    for part in parts:
        await asyncio.to_thread(OpenIndex.make, part, *about)
    await share_out(
        [
            Share(address, snapshot, stretch, part, MEMORY // len(parts))
            for stretch, part in zip(stretches, parts, strict=True)
        ]
    )
    index = await asyncio.to_thread(index.with_pieces_of, parts)
    index.write_with(SMALL_REGISTER_MEMORY)
    return index, position or 0


async def _read(
    connection: asyncpg.Connection, stretch: Stretch, index: OpenIndex, goes_on: Callable[[], bool] = lambda: True
) -> None:
    async def take(entries: list[Entry]) -> None:
        if not goes_on():
            raise BuilderLost("who asked for the index is gone")
        await asyncio.to_thread(index.add, entries)

    await queries.read(connection, stretch, take)


async def share_out(given: Sequence[Share]) -> None:
    """Has each share indexed by a process; all end when one fails, or when this one is told to stop."""
    with contextlib.ExitStack() as stack:
        builders = [stack.enter_context(Builder(share)) for share in given]
        await asyncio.gather(*(asyncio.to_thread(builder.wait) for builder in builders))


class Builder:
    """A process that indexes a share. It ends when its parent does, however that ends: the pipe is closed then."""

    def __init__(self, share: Share) -> None:
        self._mine, theirs = _FRESH.Pipe()
        self._process = _FRESH.Process(target=work, args=(theirs, share), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> "Builder":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
        self._mine.close()

    def wait(self) -> None:
        """Returns when the share is indexed; raises BuilderLost when the process ends without having done it."""
        try:
            self._mine.recv()
        except (EOFError, OSError) as exc:
            raise BuilderLost("a process that built a part of the index has ended; its messages say why") from exc


def work(connection: "Connection[Any, Any]", share: Share) -> None:
    """What a builder's process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(LESS_URGENT)
    gc.disable()  # entries hold no circles, and to look for some costs a tenth of their making
    asyncio.run(_index(share, lambda: not connection.poll()))
    connection.send(None)


async def _index(share: Share, goes_on: Callable[[], bool]) -> None:
    index = OpenIndex.open(share.path)
    assert index is not None
    index.write_with(share.memory)
    connection = await asyncpg.connect(share.address, server_settings=SESSION)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(f"SET TRANSACTION SNAPSHOT '{share.snapshot}'")
            await _read(connection, share.stretch, index, goes_on)
    finally:
        await connection.close()
    index.finish()


@contextlib.contextmanager
def placing(root: Path) -> Iterator[None]:
    """Within it nobody else puts an index into its place, or clears away those which are not: it waits for them."""
    with (root / PLACING).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _put_in_place(root: Path, path: Path) -> OpenIndex:
    final = root / path.name.removeprefix(UNFINISHED)
    with placing(root):
        path.rename(final)
        pointer = root / f"{CURRENT}.{final.name}"
        pointer.write_text(final.name)
        pointer.replace(root / CURRENT)
    index = OpenIndex.open(final)
    assert index is not None
    return index
