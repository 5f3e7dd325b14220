"""Keeping an index of the register in step with it, in each process that serves.

Below `data_dir/search` each index has a folder of its own, and CURRENT names the one in use. The first process that
locks the folder follows the feed of changes and writes; further ones only look on, and take over when it ends.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, TypeVar

from fastapi import Depends, FastAPI, Request

from shared.runtime import Runtime
from shared.settings import ServiceSettings
from shared.worker import end, forever
from svc_credit_registry.discovery.building.rules import SMALL_REGISTER
from svc_credit_registry.discovery.building.service import CURRENT, UNFINISHED, build, placing
from svc_credit_registry.discovery.indexes.errors import IndexBuilding, SearchBusy
from svc_credit_registry.discovery.indexes.rules import Entry
from svc_credit_registry.discovery.indexes.service import OpenIndex, View
from svc_credit_registry.discovery.projection import queries, rules
from svc_credit_registry.record.feed import queries as feed
from svc_credit_registry.record.feed.service import listening

T = TypeVar("T")
LOCK = "lock"
FOLLOWING_MEMORY = 32 << 20
LOOKS_EVERY, WATCHES_EVERY, WAITS_AT_START, QUIET = 1.0, 0.05, 3.0, 1.0
RETRY_AFTER = "5"
MOST_SURVEYS = 16
ABANDONED_AFTER = 3600.0
"""Seconds after which nobody is building what is not finished: he was killed."""


class Projection:
    """The index that this process asks, and what keeps it in step."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime, self.root = runtime, runtime.settings.data_dir.resolve() / "search"
        self.ready = asyncio.Event()
        self._current: OpenIndex | None = None
        self._writing = ThreadPoolExecutor(1, "index")
        self._asking = ThreadPoolExecutor(os.cpu_count() or 1, "search")
        self._surveying, self._surveys = ThreadPoolExecutor(1, "survey"), 0

    @property
    def view(self) -> View:
        """The index as it is now; 503 while there is none yet."""
        if self._current is None:
            raise IndexBuilding(headers={"Retry-After": RETRY_AFTER})
        return self._current.view

    @property
    def is_ready(self) -> bool:
        """Whether there is an index to ask."""
        return self._current is not None

    @property
    def path(self) -> Path | None:
        """The folder of the index in use."""
        return self._current.path if self._current is not None else None

    def ask(self, question: Callable[[], T]) -> "asyncio.Future[T]":
        """What `question` finds in the index, asked beside the event loop: the index works without Python's lock."""
        return asyncio.get_running_loop().run_in_executor(self._asking, question)

    def survey(self, question: Callable[[], T]) -> "asyncio.Future[T]":
        """The same for questions that read much of the index: these wait for each other, and plain searches for none of
        them. 503 when too many are waiting.
        """
        if self._surveys >= MOST_SURVEYS:
            raise SearchBusy(headers={"Retry-After": "1"})
        self._surveys += 1
        asked = asyncio.get_running_loop().run_in_executor(self._surveying, question)
        asked.add_done_callback(self._surveyed)
        return asked

    def _surveyed(self, _: "asyncio.Future[T]") -> None:
        self._surveys -= 1

    async def keep(self) -> None:
        """Keeps the index in step for ever."""
        self.root.mkdir(parents=True, exist_ok=True)
        with _locked(self.root / LOCK) as mine:
            await (self._follow() if mine else self._watch())

    async def stop(self) -> None:
        """Gives the index back."""
        await self._write(lambda: self._current.close() if self._current else None)
        self._writing.shutdown()
        self._asking.shutdown()
        self._surveying.shutdown()

    async def _write(self, act: Callable[[], T]) -> T:
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._writing, act))

    async def _watch(self) -> None:
        """Looks at what the process that holds the lock has written, for a while; then tries to get the lock itself."""
        ends = time.monotonic() + LOOKS_EVERY
        while time.monotonic() < ends:
            if self._is_replaced():
                self._use(opened(self.root))
            elif self._current is not None:
                self._current.refresh()
            await asyncio.sleep(WATCHES_EVERY)

    async def _follow(self) -> None:
        async with listening(self.runtime, feed.SEQUENCED) as woken:
            await self._begin()
            try:
                while True:
                    await self._catch_up()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(woken.wait(), LOOKS_EVERY)
                    woken.clear()
            finally:
                await self._write(lambda: self._current.close() if self._current else None)

    async def _begin(self) -> None:
        """Opens the index there is, or builds one."""
        found = await self._write(lambda: opened(self.root))
        async with self.runtime.sessions() as session:
            register, state = await queries.identity(session), await feed.state(session)
        if (
            found is None
            or found.about.register != register
            or not rules.is_usable(found.view.position, state.last, state.forgotten)
        ):
            await self._rebuild()
        else:
            await self._take(found)

    async def _take(self, index: OpenIndex) -> None:
        if self._current is not None and self._current is not index:
            await self._write(self._current.close)
        await self._write(lambda: index.write_with(FOLLOWING_MEMORY))
        self._use(index)
        await self._write(lambda: _clear(self.root, index.path))

    def _use(self, index: OpenIndex | None) -> None:
        if index is not None:
            self._current = index
            self.ready.set()

    def _is_replaced(self) -> bool:
        """Whether somebody has put another index in the place of the one in use."""
        path = _pointed(self.root)
        return path is not None and (self._current is None or path != self._current.path)

    async def _catch_up(self) -> None:
        """Takes in what has changed, in batches, each as of after its changes."""
        while await self._take_in_some():
            pass

    async def _take_in_some(self) -> bool:
        """Takes in one batch; whether there was anything to do."""
        if self._is_replaced() and (other := await self._write(lambda: opened(self.root))) is not None:
            await self._take(other)
        index = self._current
        assert index is not None
        position, size = index.view.position, index.view.size
        async with self.runtime.sessions() as session:
            last = await feed.last_position(session)
            far = rules.is_far_behind(last - position, size)
            changes = [] if far else await feed.after(session, position, rules.BATCH)
            codes = list(dict.fromkeys(change.code for change in changes))
            entries = await queries.entries(session, codes) if codes else []
        if far:
            await self._rebuild_when_quiet(last)
        elif changes:
            began = time.monotonic()
            await self._write(lambda: _apply(index, entries, codes, changes[-1].position))
            await asyncio.sleep(rules.rest(time.monotonic() - began, len(changes)))
            if rules.has_outgrown(index.view.size, index.about.built_with):
                await self._rebuild()
        return far or bool(changes)

    async def _rebuild_when_quiet(self, last: int) -> None:
        """Waits for the end of what brings so many changes, a bulk load most likely."""
        while True:
            await asyncio.sleep(QUIET)
            async with self.runtime.sessions() as session:
                now = await feed.last_position(session)
            if now == last:
                return await self._rebuild()
            last = now

    async def _rebuild(self) -> None:
        async with self.runtime.sessions() as session:
            large = await queries.is_large(session, SMALL_REGISTER)
        if large:
            await _build_beside(self.runtime.settings)
        else:
            await build(self.runtime.settings)
        index = await self._write(lambda: opened(self.root))
        if index is None:
            raise RuntimeError("The index that was just built can't be opened.")
        await self._take(index)


async def _build_beside(settings: ServiceSettings) -> None:
    """Builds the index in a process of its own, so that this one goes on answering."""
    given = {"CREDIT_REGISTRY_DATABASE_URL": settings.database, "CREDIT_REGISTRY_DATA_DIR": str(settings.data_dir)}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CREDIT_REGISTRY_DATABASE_")}
    command = (sys.executable, "-m", "svc_credit_registry.reindex")
    process = await asyncio.create_subprocess_exec(*command, env=kept | given, stdout=asyncio.subprocess.DEVNULL)
    try:
        if await process.wait():
            raise RuntimeError("Building the index failed; its own messages say why.")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _apply(index: OpenIndex, entries: Sequence[Entry], codes: Sequence[str], position: int) -> None:
    there = {entry.code for entry in entries}
    index.replace(entries, (code for code in codes if code not in there))
    index.commit(position)


def _pointed(root: Path) -> Path | None:
    try:
        return root / (root / CURRENT).read_text()
    except FileNotFoundError:
        return None


def opened(root: Path) -> OpenIndex | None:
    """The index in use below a folder; None where there is none that can be read."""
    path = _pointed(root)
    return OpenIndex.open(path) if path is not None else None


def _clear(root: Path, used: Path) -> None:
    """Removes indexes no longer in use. Whoever still has one open keeps what he sees of it."""
    with placing(root):
        kept = {used, _pointed(root)}  # somebody may just have put another in the place of the one in use
        for path in root.iterdir():
            if not path.is_dir() or path in kept:
                continue
            if not path.name.startswith(UNFINISHED) or time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether the lock is this process's for as long as the block lasts; the system frees it when the process dies."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def attach(app: FastAPI) -> FastAPI:
    """Lets an application keep an index for as long as it runs."""
    started = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with started(app):
            app.state.projection = projection = Projection(app.state.runtime)
            task = asyncio.create_task(forever("search index", _again(projection)), name="search index")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(projection.ready.wait(), WAITS_AT_START)
            yield
            await end([task])
            await projection.stop()

    app.router.lifespan_context = lifespan
    return app


def _again(projection: Projection) -> Callable[[], "asyncio.Future[None]"]:
    async def job() -> None:
        while True:
            await projection.keep()

    return job  # type: ignore[return-value]


def get_projection(request: Request) -> Projection:
    """The index of the process which answers this request."""
    projection: Projection = request.app.state.projection
    return projection


ProjectionDep = Annotated[Projection, Depends(get_projection)]
