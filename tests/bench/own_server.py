"""A durable PostgreSQL in the folder of temporary files, for one measurement."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from shared.local import postgres, process
from shared.local.ports import free_port


@contextlib.contextmanager
def own_server() -> Iterator[postgres.Server]:
    """Starts one, and removes it with all it holds."""
    folder = Path(tempfile.mkdtemp(prefix="yiwang-bench-"))
    folder.chmod(0o711)
    server = postgres.prepare(folder / "postgres", free_port())
    program = server.program()
    child = process.start(program, folder / "postgres.log")
    try:
        yield server
    finally:
        process.stop(child, program)
        shutil.rmtree(folder, ignore_errors=True)
