"""Files which are handed in."""

from collections.abc import AsyncIterator

import pytest

from svc_services.materials.rules import SIZE_LIMIT, clean_filename, missing
from tests.svc_services.world import CORRECTION, PDF, PNG, World


async def test_a_file_is_kept_and_given_out_as_it_was(world: World) -> None:
    case = await world.draft()
    put = (await world.put(case, "ARTICLES", PDF)).json()
    assert (put["media_type"], put["size"], put["filename"]) == ("application/pdf", len(PDF), "文件.pdf")
    got = await world.get(f"/v1/applications/{case['id']}/materials/ARTICLES", world.citizen)
    assert got.content == PDF
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "filename*=UTF-8''%E6%96%87%E4%BB%B6.pdf" in got.headers["content-disposition"]


async def test_a_second_file_takes_the_place_of_the_first(world: World) -> None:
    case = await world.draft()
    first = (await world.put(case, "DOMICILE", PDF)).json()
    second = (await world.put(case, "DOMICILE", PNG)).json()
    assert (first["media_type"], second["media_type"]) == ("application/pdf", "image/png")
    got = await world.get(f"/v1/applications/{case['id']}/materials/DOMICILE", world.citizen)
    assert got.content == PNG


@pytest.mark.parametrize(
    ("code", "content", "status", "refusal"),
    [
        ("ARTICLES", b"<html>not a pdf</html>", 415, "file_type_refused"),
        ("ARTICLES", PNG, 415, "file_type_refused"),
        ("ARTICLES", b"MZ\x90\x00 a program", 415, "file_type_refused"),
        ("ARTICLES", b"", 422, "file_empty"),
        ("NO_CRIME_CERTIFICATE", PDF, 422, "material_not_in_guide"),
        ("ID_COPY", PDF, 422, "material_not_in_guide"),
    ],
)
async def test_a_wrong_file_is_refused_and_nothing_is_kept(
    world: World, code: str, content: bytes, status: int, refusal: str
) -> None:
    case = await world.draft()
    answer = await world.put(case, code, content)
    assert (answer.status_code, answer.json()["code"]) == (status, refusal)
    assert (await world.get(f"/v1/applications/{case['id']}/materials/{code}", world.citizen)).status_code == 404


async def oversized() -> AsyncIterator[bytes]:
    yield b"%PDF-1.7\n"
    for _ in range(SIZE_LIMIT // 65_536 + 1):
        yield bytes(65_536)


@pytest.mark.alone
async def test_a_file_over_20_mib_is_refused_and_leaves_nothing_on_the_disk(world: World) -> None:
    case = await world.draft()
    answer = await world.put(case, "ARTICLES", oversized())
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    root = world.client.runtime.files.root
    assert [p for p in root.rglob("*") if p.is_file()] == []


async def test_files_are_not_changed_after_submission_except_under_correction(world: World) -> None:
    case = await world.submitted()
    locked = await world.put(case, "ARTICLES", PDF)
    assert (locked.status_code, locked.json()["code"]) == (409, "materials_locked")
    await world.act(case, "correction-request", world.officer, {"items": [CORRECTION | {"target": "ARTICLES"}]})
    assert (await world.put(case, "ARTICLES", PDF + b"%%")).status_code == 200
    corrected = await world.act(case, "resubmission", world.citizen)
    assert corrected["correction"]["changed"] == ["ARTICLES"]


async def test_officials_of_the_region_read_the_files_and_others_do_not(world: World) -> None:
    case = await world.submitted()
    path = f"/v1/applications/{case['id']}/materials/ARTICLES"
    assert (await world.get(path, world.officer)).content == PDF
    assert (await world.get(path, world.official("421300"))).content == PDF
    assert (await world.get(path, world.official("421321"))).status_code == 404
    assert (await world.put(case, "ARTICLES", PDF, world.officer)).status_code == 403


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("章程.pdf", "章程.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a"b\r\nc.pdf', "a_b_c.pdf"),
        ("", "ARTICLES.pdf"),
        (None, "ARTICLES.pdf"),
        ("...", "ARTICLES.pdf"),
        ("章程\u202efdp.exe\u200f.pdf", "章程_fdp.exe_.pdf"),
        ("𠮷野家\x85.pdf", "𠮷野家_.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_file_name_is_made_safe(given: str | None, kept: str) -> None:
    assert clean_filename(given, "ARTICLES", "application/pdf") == kept


def test_missing_materials_are_named_in_order() -> None:
    assert missing({"B", "A", "C"}, {"C"}) == ["A", "B"]
