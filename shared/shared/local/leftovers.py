"""Ends what a runner left behind that was killed: it had no chance to stop its children."""

import contextlib
import signal
import time
from pathlib import Path

import psutil

from shared.local.process import end_leftover, find_noted

SERVERS = {"postgres": signal.SIGINT, "nats": signal.SIGTERM}
DRAIN_SECONDS = 10.0


def end_leftovers(folder: Path) -> list[str]:
    """Ends the noted processes in `folder` that still run, services before servers; their names."""
    notes = {note.stem: note for note in folder.glob("*.json")}
    running = {name: process for name, note in notes.items() if (process := find_noted(note)) is not None}
    services = [process for name, process in running.items() if name not in SERVERS]
    for process in services:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + DRAIN_SECONDS
    for process in services:
        end_leftover(process, signal.SIGTERM, max(0.1, deadline - time.monotonic()))
    for name in SERVERS.keys() & running.keys():
        end_leftover(running[name], SERVERS[name])
    for note in notes.values():
        note.unlink(missing_ok=True)
    return sorted(running)
