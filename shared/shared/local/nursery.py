"""Starts Python programs by forking a process that has the platform's libraries loaded already.

Loading them takes two seconds of processor time; six services each on their own would need twelve, and hold six copies.
One line of JSON on standard input starts a program ({"id", "module", "arguments", "environment", "log", "signal"}), one
line on standard output tells its process id ({"id", "pid"}), another its end ({"id", "status"}).
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import sys
from typing import Any

# What every service loads. Nothing here may start a thread or open a connection: a fork would inherit half of it.
PRELOADED = (
    "shared.app", "shared.migrate", "alembic.operations.ops", "alembic.command", "uvicorn", "uvicorn.main", "uvloop",
    "uvicorn.protocols.http.httptools_impl", "uvicorn.lifespan.on", "uvicorn.loops.uvloop", "orjson", "asyncpg",
    "sqlalchemy.dialects.postgresql.asyncpg", "pydantic_settings", "httpx", "jsonschema",
)  # fmt: skip
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15

Request = dict[str, Any]


def main() -> None:
    """Loads the libraries, then forks on demand until standard input ends."""
    for name in PRELOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # What is here now stays: the collector of a fork need not touch, and so not copy, these pages.
    Nursery().run()


class Nursery:
    """The loop between requests and ended children."""

    def __init__(self) -> None:
        self._ids: dict[int, int] = {}
        self._buffer = b""
        self._wake, wake = os.pipe()
        for end in (self._wake, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)

    def run(self) -> None:
        """Serves until the runner closes its end or dies; then the children are told to stop."""
        selector = selectors.DefaultSelector()
        selector.register(0, selectors.EVENT_READ)
        selector.register(self._wake, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if self._wake in ready:
                os.read(self._wake, 4096)
                self._reap()
            if 0 in ready and not self._read():
                break
        for pid in self._ids:
            os.kill(pid, signal.SIGTERM)

    def _read(self) -> bool:
        piece = os.read(0, 65536)
        *lines, self._buffer = (self._buffer + piece).split(b"\n")
        for line in lines:
            self._start(json.loads(line))
        return bool(piece)

    def _start(self, request: Request) -> None:
        pid = os.fork()
        if pid == 0:
            become(request)
        self._ids[pid] = request["id"]
        answer({"id": request["id"], "pid": pid})

    def _reap(self) -> None:
        while self._ids:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            answer({"id": self._ids.pop(pid), "status": os.waitstatus_to_exitcode(status)})


def answer(message: Request) -> None:
    """Tells the runner something."""
    os.write(1, json.dumps(message).encode() + b"\n")


def become(request: Request) -> None:
    """Turns a fresh fork into the program: its own session, its log, its environment. Does not return."""
    parent = os.getppid()
    status = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _redirect(request["log"])
        _live_and_die_with(parent, request["signal"], request["name"])
        os.environ.update(request["environment"])
        sys.argv = [request["module"], *request["arguments"]]
        status = _run(request["module"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _run(module: str) -> int:
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _redirect(log: str) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.closerange(3, 64)


def _live_and_die_with(parent: int, death_signal: int, name: str) -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)
        libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    main()
