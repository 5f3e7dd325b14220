import asyncio
import hashlib
import io
import os
import zipfile
from collections.abc import AsyncIterator

import pytest

from shared import files
from shared.errors import NotFound
from shared.files import DamagedFile, EmptyFile, FileStore, FileTooLarge, FileTypeRefused

ALL = frozenset({files.PDF, files.PNG, files.JPEG, files.DOCX, files.XLSX, files.TEXT})
PDF = b"%PDF-1.7\n" + b"\x00\xff" * 300_000


def office(*parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for part in parts:
            # Made at a fixed time: the content names the case, which must be the same in every worker.
            archive.writestr(zipfile.ZipInfo(part), "<x/>")
    return stream.getvalue()


async def sent(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def left_behind(store: FileStore) -> list[str]:
    return [path.name for path in store.root.rglob("*") if path.is_file()]


@pytest.fixture
def store(tmp_path) -> FileStore:
    return FileStore(tmp_path / "files")


async def test_a_saved_file_is_found_by_its_content_hash(store):
    stored = await store.save(sent(PDF), limit=len(PDF), allowed=ALL)
    assert (stored.sha256, stored.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert stored.media_type == "application/pdf"
    assert b"".join([chunk async for chunk in store.open(stored.sha256)]) == PDF
    assert left_behind(store) == [stored.sha256]
    assert store.path(stored.sha256).is_file()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", files.PNG),
        (b"\xff\xd8\xff\xe0....", files.JPEG),
        (office("[Content_Types].xml", "word/document.xml"), files.DOCX),
        (office("[Content_Types].xml", "xl/workbook.xml"), files.XLSX),
        ("随州市曾都区\r\n\t第一行".encode(), files.TEXT),
        ("字".encode() * 200_000, files.TEXT),
    ],
)
async def test_the_type_is_read_from_the_content(store, content, media_type):
    assert (await store.save(sent(content), limit=10_000_000, allowed=ALL)).media_type == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02\x01",
        office("anything.txt"),
        office("[Content_Types].xml", "ppt/presentation.xml"),
        b"PK\x03\x04 broken archive",
        "随州".encode("gb18030"),
        "随州".encode()[:-1],
        b"text with a \x00 in it",
    ],
)
async def test_what_is_not_on_the_list_is_refused_and_nothing_kept(store, content):
    with pytest.raises(FileTypeRefused):
        await store.save(sent(content), limit=10_000, allowed=ALL)
    assert left_behind(store) == []


async def test_a_known_type_that_is_not_allowed_here_is_refused(store):
    with pytest.raises(FileTypeRefused) as refusal:
        await store.save(sent(b"plain words"), limit=100, allowed=frozenset({files.PDF}))
    assert refusal.value.status == 415
    assert refusal.value.extensions == {"media_type": "text/plain", "allowed": ["application/pdf"]}


async def test_an_empty_file_is_refused(store):
    with pytest.raises(EmptyFile):
        await store.save(sent(b""), limit=100, allowed=ALL)
    assert left_behind(store) == []


async def test_a_file_over_the_limit_stops_being_read_at_the_limit(store):
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1000
            yield b"%PDF-" * 200

    with pytest.raises(FileTooLarge) as refusal:
        await store.save(endless(), limit=10_000, allowed=ALL)
    assert refusal.value.status == 413
    assert read == 11_000
    assert left_behind(store) == []


async def test_an_upload_that_breaks_off_leaves_nothing(store):
    async def broken() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.save(broken(), limit=1000, allowed=ALL)
    assert left_behind(store) == []


async def test_an_upload_that_is_cancelled_leaves_nothing(store):
    started = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7"
        started.set()
        await asyncio.Event().wait()

    upload = asyncio.create_task(store.save(stalled(), limit=1000, allowed=ALL))
    await started.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert left_behind(store) == []


async def test_the_same_content_at_once_is_stored_once(store):
    stored = await asyncio.gather(*(store.save(sent(PDF), limit=len(PDF), allowed=ALL) for _ in range(8)))
    assert len(set(stored)) == 1
    assert left_behind(store) == [stored[0].sha256]


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64 + "\n"])
async def test_a_name_that_is_no_hash_is_not_found(store, sha256):
    with pytest.raises(NotFound):
        store.path(sha256)


async def test_a_missing_file_is_not_found_before_the_first_chunk(store):
    with pytest.raises(NotFound):
        await anext(store.open("0" * 64))


async def test_a_file_changed_on_disk_never_arrives_whole(store):
    stored = await store.save(sent(PDF), limit=len(PDF), allowed=ALL)
    path = store.path(stored.sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    received = bytearray()

    async def read() -> None:
        async for chunk in store.open(stored.sha256):
            received.extend(chunk)

    with pytest.raises(DamagedFile):
        await read()
    assert len(received) < len(PDF)


async def test_saving_again_repairs_a_damaged_file(store):
    stored = await store.save(sent(PDF), limit=len(PDF), allowed=ALL)
    store.path(stored.sha256).write_bytes(b"damaged")
    await store.save(sent(PDF), limit=len(PDF), allowed=ALL)
    assert b"".join([chunk async for chunk in store.open(stored.sha256)]) == PDF


async def test_the_sweep_removes_only_old_remains(store):
    stored = await store.save(sent(PDF), limit=len(PDF), allowed=ALL)
    old, fresh = (store.root / "incoming" / name for name in ("old.part", "fresh.part"))
    old.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(old, (0, 0))
    assert await store.sweep_temporary(3600) == 1
    assert sorted(left_behind(store)) == sorted([stored.sha256, "fresh.part"])


async def test_a_fresh_store_has_nothing_to_sweep(store):
    assert await store.sweep_temporary(0) == 0
