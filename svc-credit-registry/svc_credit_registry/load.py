"""Loads enterprises in bulk: `python -m svc_credit_registry.load FILE`.

FILE is CSV or NDJSON in UTF-8, plain, .gz or .xz, or - for standard input. Rows that are not valid are written with
line, column and reason to FILE.rejects.ndjson, and the others are loaded. The same file may be loaded again; a load
which was cut off, by whatever, goes on where it was when the same file is loaded again.
"""

import argparse
import asyncio
import contextlib
import gzip
import hashlib
import lzma
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO

import orjson
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import today
from shared.db import make_engine, make_sessions
from svc_credit_registry.record.bulkfile.rules import NotReadable
from svc_credit_registry.record.intake import service
from svc_credit_registry.record.intake.service import BulkFile, Origin, Summary
from svc_credit_registry.record.preparation.rules import Rejection
from svc_credit_registry.record.preparation.service import HelperLost
from svc_credit_registry.settings import Settings

STDIN = "-"


def opened(name: str) -> IO[bytes] | gzip.GzipFile | lzma.LZMAFile:
    """The file, unpacked; standard input for a dash."""
    if name == STDIN:
        return sys.stdin.buffer
    match Path(name).suffix.lower():
        case ".gz":
            return gzip.GzipFile(name, "rb")
        case ".xz":
            return lzma.LZMAFile(name, "rb")
        case _:
            return Path(name).open("rb")


def whole_lines(file: Iterable[bytes], broken: list[str]) -> Iterator[bytes]:
    """The lines of a file; where a packed one is cut off, they end, and `broken` says so."""
    try:
        yield from file
    except (EOFError, lzma.LZMAError, gzip.BadGzipFile, OSError) as exc:
        broken.append(f"文件不完整; the file is cut off or damaged: {exc}")


class Rejects:
    """Writes rejections to a file that is only made when there is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None
        path.unlink(missing_ok=True)

    def __call__(self, rejection: Rejection) -> None:
        """Adds one."""
        if self._file is None:
            self._file = self.path.open("wb")
        self._file.write(orjson.dumps(asdict(rejection)) + b"\n")

    def close(self) -> None:
        """Ends the file."""
        if self._file is not None:
            self._file.close()


def digest_of(name: str) -> str | None:
    """The digest of the bytes of a file, by which a load that was cut off is known again; none of standard input."""
    if name == STDIN:
        return None
    with Path(name).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def load_file(settings: Settings, file: BulkFile, rejects: Rejects) -> Summary:
    """Loads a file into the database of the settings."""
    engine = make_engine(settings.database, service.WRITERS + 1)
    try:
        return await service.load(make_sessions(engine), file, today(), rejects)
    finally:
        await engine.dispose()


def main() -> int:
    """The command line: 0 when rows were loaded or stood there already, 1 when nothing could be loaded."""
    arguments = parsed()
    source = "stdin" if arguments.file == STDIN else Path(arguments.file).name
    default = "stdin.rejects.ndjson" if arguments.file == STDIN else f"{arguments.file}.rejects.ndjson"
    rejects, broken = Rejects(Path(arguments.rejects or default)), list[str]()
    started = time.monotonic()
    try:
        with contextlib.closing(opened(arguments.file)) as file:
            origin = Origin(arguments.producer, arguments.basis, source)
            lines = whole_lines(file, broken)
            bulk = BulkFile(
                arguments.file, lines, origin, digest_of(arguments.file), arguments.helpers, arguments.portion
            )
            summary = asyncio.run(load_file(Settings(), bulk, rejects))
    except (NotReadable, OSError, SQLAlchemyError, HelperLost, ExceptionGroup) as exc:
        print(f"导入中断 The load was cut off: {reason(exc)}", file=sys.stderr)
        return 1
    finally:
        rejects.close()
    for message in broken:
        print(message, file=sys.stderr)
    print(told(summary, time.monotonic() - started, rejects.path))
    return 0 if summary.accepted else 1


def reason(exc: Exception) -> str:
    """The first line of what happened first."""
    while isinstance(exc, ExceptionGroup):
        exc = exc.exceptions[0]
    return next(iter(str(exc).splitlines()), type(exc).__name__)


def told(summary: Summary, seconds: float, path: Path) -> str:
    """The summary in plain words."""
    rows = (
        f"{summary.read} rows read: {summary.inserted} new, {summary.updated} changed, "
        f"{summary.left} left as they are, {summary.rejected} rejected; {seconds:.1f} s"
    )
    if summary.resumed:
        rows += f"\n{summary.resumed} of these rows had been loaded before the load was cut off"
    return f"{rows}\nrejected rows with their reasons: {path}" if summary.rejected else rows


def parsed() -> argparse.Namespace:
    """The arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="CSV or NDJSON, also .gz or .xz; - reads standard input")
    parser.add_argument("--rejects", help="where rejected rows are written (default: FILE.rejects.ndjson)")
    parser.add_argument("--producer", default="AMR-100000", help="who answers for the rows (default: %(default)s)")
    parser.add_argument("--basis", default="存量登记数据归集", help="on what basis they are given")
    cores = os.cpu_count() or 1
    parser.add_argument("--helpers", type=int, default=cores, help="processes that check rows (default: %(default)s)")
    parser.add_argument("--portion", type=int, default=service.PORTION, help="lines in one transaction")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
