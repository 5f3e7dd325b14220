"""What all tests of a worker share, each thing made when a test first asks for it and ended with the run."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Running services by name. Whoever has used one leaves it as new behind him."""

    def __init__(self, stack: contextlib.AsyncExitStack, make_folder: Callable[[str], Path]) -> None:
        self._stack, self._make_folder = stack, make_folder
        self._there: dict[str, Any] = {}

    async def get(self, name: str, start: Callable[[Path], AbstractAsyncContextManager[T]]) -> T:
        """What `start` brings up with a folder of its own, or has brought up under this name before."""
        if name not in self._there:
            self._there[name] = await self._stack.enter_async_context(start(self._make_folder(name)))
        found: T = self._there[name]
        return found


@contextlib.asynccontextmanager
async def keeping(make_folder: Callable[[str], Path]) -> AsyncIterator[Kept]:
    """Ends what was started, the last first."""
    async with contextlib.AsyncExitStack() as stack:
        yield Kept(stack, make_folder)
