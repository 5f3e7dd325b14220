"""A stop in two steps: first "not ready", so that whoever distributes calls sends no more, then the server stops."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Drain:
    """`begun` turns true at SIGTERM; the server hears of the signal `seconds` later and finishes what is under way."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begun = False

    @contextlib.contextmanager
    def on_sigterm(self) -> Iterator[None]:
        """Steps before the server's handler of SIGTERM for as long as the block lasts."""
        servers = signal.getsignal(signal.SIGTERM)
        if not callable(servers) or threading.current_thread() is not threading.main_thread():
            yield  # Nobody handles the signal here: a test, or a server within another program.
            return
        loop = asyncio.get_running_loop()

        def begin(number: int, frame: FrameType | None) -> None:
            self.begun = True
            loop.call_soon_threadsafe(loop.call_later, self.seconds, servers, number, frame)

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, servers)
