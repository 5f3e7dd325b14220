"""Preparing the portions of a file by several processes, in their order.

A helper process ends when its parent does, however that ends: then the pipe between them is closed.
"""

import asyncio
import contextlib
import itertools
import multiprocessing
import signal
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from typing import Any

from svc_credit_registry.record.bulkfile.rules import Reading
from svc_credit_registry.record.preparation.rules import Portion, Prepared, prepare

_FRESH = multiprocessing.get_context("spawn")
"""Helpers start as fresh programs: a fork would hold the parent's ends of all pipes open."""


class HelperLost(RuntimeError):
    """A helper process ended before it answered."""


@dataclass(frozen=True)
class Task:
    """What is to be prepared: how the lines are read, the lines, how many stand in a portion, by how many helpers."""

    reading: Reading
    lines: Iterator[bytes]
    first: int
    today: date
    portion: int
    helpers: int


def portions(task: Task) -> Iterator[Portion]:
    """The lines in portions, numbered from 0."""
    first = task.first
    for number in itertools.count():
        lines = list(itertools.islice(task.lines, task.portion))
        if not lines:
            return
        yield Portion(number, first, lines)
        first += len(lines)


async def prepared(task: Task) -> AsyncIterator[Prepared]:
    """The prepared portions in order. Helpers are only started for a file of more than one portion."""
    coming = portions(task)
    first = await asyncio.to_thread(next, coming, None)
    if first is None:
        return
    yield await asyncio.to_thread(prepare, task.reading, first, task.today)
    second = await asyncio.to_thread(next, coming, None)
    if second is None:
        return
    with contextlib.ExitStack() as stack:
        helpers = [stack.enter_context(Helper(task)) for _ in range(max(1, task.helpers))]
        async for found in _shared_out(itertools.chain([second], coming), helpers):
            yield found


async def _shared_out(coming: Iterator[Portion], helpers: list["Helper"]) -> AsyncIterator[Prepared]:
    free, asked = asyncio.Queue[Helper](), deque[asyncio.Task[Prepared]]()
    for helper in helpers:
        free.put_nowait(helper)

    async def ask(portion: Portion) -> Prepared:
        helper = await free.get()
        try:
            return await asyncio.to_thread(helper.ask, portion)
        finally:
            free.put_nowait(helper)

    try:
        while (portion := await asyncio.to_thread(next, coming, None)) is not None:
            asked.append(asyncio.create_task(ask(portion)))
            if len(asked) > 2 * len(helpers):
                yield await asked.popleft()
        while asked:
            yield await asked.popleft()
    finally:
        for task in asked:
            task.cancel()


class Helper:
    """A process that prepares portions, one at a time."""

    def __init__(self, task: Task) -> None:
        self._mine, theirs = _FRESH.Pipe()
        self._process = _FRESH.Process(target=work, args=(theirs, task.reading, task.today), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> "Helper":
        return self

    def __exit__(self, *_: object) -> None:
        self._mine.close()
        self._process.join(2)
        self._process.kill()

    def ask(self, portion: Portion) -> Prepared:
        """Prepares a portion; raises HelperLost when the process is gone."""
        try:
            self._mine.send(portion)
            found: Prepared = self._mine.recv()
        except (EOFError, OSError) as exc:
            raise HelperLost("a helper process of the load has ended") from exc
        return found


def work(connection: "Connection[Any, Any]", reading: Reading, today: date) -> None:
    """What a helper process does until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        while True:
            connection.send(prepare(reading, connection.recv(), today))
