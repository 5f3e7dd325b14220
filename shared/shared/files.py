"""Uploaded files, kept by the SHA-256 of their content: stored once, never changed, checked whenever read."""

import asyncio
import codecs
import hashlib
import os
import re
import time
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

from shared.errors import NotFound, TooLarge, UnsupportedMedia

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "text/plain"

_CHUNK = 256 * 1024
_MAGIC = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_OFFICE_PARTS = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX))
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileTooLarge(TooLarge):
    code = "file_too_large"
    title, title_zh = "The file is too large", "文件过大"


class FileTypeRefused(UnsupportedMedia):
    code = "file_type_refused"
    title, title_zh = "This type of file is not accepted", "不接受此类文件"


class EmptyFile(UnsupportedMedia):
    code = "file_empty"
    title, title_zh = "The file is empty", "文件为空"


class DamagedFile(Exception):
    """What lies on disk is not what was stored under this name."""


@dataclass(frozen=True)
class StoredFile:
    """A stored file. `media_type` is read from its content, whatever the sender said; `size` is in bytes."""

    sha256: str
    size: int
    media_type: str


class FileStore:
    """Files below one folder on one file system; several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def save(self, chunks: AsyncIterator[bytes], *, limit: int, allowed: frozenset[str]) -> StoredFile:
        """Store what `chunks` yield; on disk, fsynced, when this returns. Nothing is kept when it raises.

        Raises FileTooLarge (413) above `limit` bytes, EmptyFile and FileTypeRefused (415).
        """
        temporary = await asyncio.to_thread(self._new_temporary)
        try:
            sha256, size = await _write(temporary, chunks, limit)
            media_type = await asyncio.to_thread(sniff, temporary)
            if size == 0:
                raise EmptyFile
            if media_type is None or media_type not in allowed:
                raise FileTypeRefused(media_type=media_type, allowed=sorted(allowed))
            await asyncio.to_thread(_move, temporary, self.path(sha256))
        finally:
            await asyncio.to_thread(temporary.unlink, missing_ok=True)
        return StoredFile(sha256, size, media_type)

    async def open(self, sha256: str) -> AsyncIterator[bytes]:
        """The content in chunks. Raises NotFound before the first; DamagedFile before the last when it has changed."""
        path = self.path(sha256)
        try:
            stream = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError:
            raise NotFound from None
        with stream:
            digest = hashlib.sha256()
            chunk = await asyncio.to_thread(stream.read, _CHUNK)
            while chunk:
                digest.update(chunk)
                following = await asyncio.to_thread(stream.read, _CHUNK)
                if not following and digest.hexdigest() != sha256:
                    raise DamagedFile(sha256)
                yield chunk
                chunk = following

    def path(self, sha256: str) -> Path:
        """Where the file of that hash lies, if it is stored. Raises NotFound for a text that is no hash."""
        if _SHA256.fullmatch(sha256) is None:
            raise NotFound
        return self.root / sha256[:2] / sha256

    async def sweep_temporary(self, older_than: float) -> int:
        """Remove what uploads broken off more than `older_than` seconds ago left behind; how many there were."""
        return await asyncio.to_thread(self._sweep, older_than)

    def _new_temporary(self) -> Path:
        # Below the root, so that the rename stays within one file system and is atomic.
        folder = self.root / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{uuid4().hex}.part"

    def _sweep(self, older_than: float) -> int:
        removed = 0
        for part in (self.root / "incoming").glob("*.part"):
            try:
                if part.stat().st_mtime < time.time() - older_than:
                    part.unlink()
                    removed += 1
            except FileNotFoundError:
                continue
        return removed


def sniff(path: Path) -> str | None:
    """The media type by content: one of this module's constants, None for anything else."""
    with path.open("rb") as stream:
        head = stream.read(16)
        for magic, media_type in _MAGIC:
            if head.startswith(magic):
                return media_type
        stream.seek(0)
        if head.startswith(b"PK\x03\x04"):
            return _office_type(stream)
        return TEXT if head and _is_text(stream) else None


def _office_type(stream: IO[bytes]) -> str | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        return None
    if "[Content_Types].xml" not in parts:
        return None
    return next((media_type for part, media_type in _OFFICE_PARTS if part in parts), None)


def _is_text(stream: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(_CHUNK):
            if _CONTROLS.search(decoder.decode(chunk)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


async def _write(path: Path, chunks: AsyncIterator[bytes], limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    stream = await asyncio.to_thread(path.open, "xb")
    with stream:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise FileTooLarge(limit=limit)
            digest.update(chunk)
            await asyncio.to_thread(stream.write, chunk)
        await asyncio.to_thread(_flush, stream)
    return digest.hexdigest(), size


def _flush(stream: IO[bytes]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _move(temporary: Path, target: Path) -> None:
    fresh = not target.parent.exists()
    target.parent.mkdir(exist_ok=True)
    temporary.replace(target)
    for folder in (target.parent, target.parent.parent) if fresh else (target.parent,):
        # A rename is on disk only when its folder is.
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
