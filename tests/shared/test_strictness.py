"""What no route takes is refused in one place, as a problem document and before anything is written."""

import base64
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Form, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlalchemy import cast, literal, select
from sqlalchemy.types import Integer

from shared import audit, errors
from shared.auth import Public
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Page, Paging, Router, paginate
from tests.shared.kernel import kernel_service
from tests.support.apps import ServiceClient
from tests.support.servers import Servers

router = Router(prefix="/v1/notes", tags=["notes"], dependencies=[Public])


class NoteIn(BaseModel):
    text: str = ""
    more: dict[str, Any] = {}


@router.post("", openapi_extra=IDEMPOTENCY_NONE)
async def write(note: NoteIn) -> NoteIn:
    return note


@router.post("/form", openapi_extra=IDEMPOTENCY_NONE)
async def fill(name: Annotated[str, Form()]) -> str:
    return name


@router.get("/values/{name}")
async def read(name: str, session: SessionDep, q: str = "", number: int = 0) -> Any:
    return await session.scalar(select(cast(literal(number), Integer))), name, q


@router.get("/refused")
async def refuse(why: Annotated[str, Query()]) -> None:
    raise errors.Conflict("Half \ud800", at={uuid.UUID(int=7)}, why=why)


@router.get("", response_model=Page[int])
async def numbers(session: SessionDep, paging: Paging, request: Request, response: Response) -> Any:
    rows = audit.AuditRow
    keys = [rows.at.desc(), rows.id]
    found = await paginate(session, select(rows), keys=keys, paging=paging, request=request, response=response)
    return found.page([row.id for row in found.rows])


@router.get("/page", response_class=HTMLResponse)
async def page() -> str:
    return ""


@pytest.fixture
async def notes(servers: Servers, tmp_path: Path) -> AsyncIterator[ServiceClient]:
    async with kernel_service(servers, tmp_path, "notes", f"t{uuid.uuid4().hex[:10]}", routers=(router,)) as client:
        yield client


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert code in {problem["code"], *(fault["code"] for fault in problem["errors"])}
    return problem


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"text": "a\\u0000b"}', 422, "character_refused"),
        (b'{"text": "a\\ud800b"}', 422, "character_refused"),
        (b'{"more": {"a\\udfff": 1}}', 422, "character_refused"),
        (b'{"text": "a\\u000b"}', 422, "character_refused"),
        (b'{"text": "a\\u202efdp.exe"}', 422, "character_refused"),
        (b'{"text": "a\\uffff"}', 422, "character_refused"),
        (b'{"text": "a", "text": "b"}', 422, "name_repeated"),
        (b'{"more": {"n": NaN}}', 400, "json_invalid"),
        (b'{"more": {"n": -Infinity}}', 400, "json_invalid"),
        (b'{"more": {"n": 1e400}}', 422, "number_out_of_range"),
        (b'{"more": {"n": 9223372036854775808}}', 422, "number_out_of_range"),
        (b'{"more": {"n": ' + b"9" * 5000 + b"}}", 422, "number_out_of_range"),
        (b'{"more": {"n": ' + b"[" * 65 + b"]" * 65 + b"}}", 422, "too_deep"),
        (b'{"more": {"n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}", 422, "too_deep"),
        (b'{"text": "\xff"}', 400, "json_invalid"),
        ('{"text": "a"}'.encode("utf-16"), 400, "json_invalid"),
        (b'{"text": ', 400, "json_invalid"),
    ],
)
async def test_json_which_can_not_be_kept_is_refused(notes: ServiceClient, body: bytes, status: int, code: str) -> None:
    refused(await notes.post("/v1/notes", content=body, headers={"Content-Type": "application/json"}), status, code)


async def test_the_place_of_the_fault_is_named(notes: ServiceClient) -> None:
    body = b'{"more": {"a/b": ["fine", {"c": "\\u0000"}]}}'
    answer = await notes.post("/v1/notes", content=body, headers={"Content-Type": "application/json"})
    assert refused(answer, 422, "character_refused")["errors"][0]["pointer"] == "/more/a~1b/1/c"


@pytest.mark.parametrize("text", ["劉備", "𠮷野家", "ئۇيغۇر\u200f", "a\r\n\tb", "%_\\", "'; --", "\U0010ffff", "é"])
async def test_unusual_but_whole_text_passes_unchanged(notes: ServiceClient, text: str) -> None:
    answer = await notes.post("/v1/notes", json={"text": text, "more": {text: [1.5, -7, None, True]}})
    assert answer.json() == {"text": text, "more": {text: [1.5, -7, None, True]}}


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/xml", "nonsense", "multipart/form-data"])
async def test_content_must_say_that_it_is_json(notes: ServiceClient, media_type: str | None) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    refused(await notes.post("/v1/notes", content=b'{"text": "a"}', headers=headers), 415, "json_expected")


async def test_a_nul_is_refused_in_path_query_and_form(notes: ServiceClient) -> None:
    refused(await notes.get("/v1/notes/values/a%00b"), 422, "character_refused")
    problem = refused(await notes.get("/v1/notes/values/a?q=%00"), 422, "character_refused")
    assert problem["errors"][0]["pointer"] == "#query/q"
    refused(await notes.post("/v1/notes/form", data={"name": "a\x00"}), 422, "character_refused")
    assert (await notes.post("/v1/notes/form", data={"name": "a"})).json() == "a"


async def test_a_number_the_database_can_not_hold_is_the_callers_fault(notes: ServiceClient) -> None:
    refused(await notes.get("/v1/notes/values/a?number=99999999999999999999"), 422, "invalid")
    refused(await notes.get("/v1/notes/values/a?number=9999999999"), 422, "invalid")


async def test_a_refusal_can_always_be_written(notes: ServiceClient) -> None:
    problem = refused(await notes.get("/v1/notes/refused?why=%ED%A0%80"), 409, "conflict")
    assert problem["detail"] == "Half ?"
    assert problem["at"] == "{UUID('00000000-0000-0000-0000-000000000007')}"


@pytest.mark.parametrize(
    "values",
    [
        "text",
        7,
        None,
        [],
        [["v", 1]],
        [["t", "2026-01-01T00:00:00"], ["v", 1]],
        [["d", "2026-01-01"], ["v", 1]],
        [["t", "2026-01-01T00:00:00+00:00"], ["v", "a\x00"]],
        [["t", "2026-01-01T00:00:00+00:00"], ["v", None]],
        [["t", "2026-01-01T00:00:00+00:00"], ["v", True]],
        [["t", "2026-01-01T00:00:00+00:00"], ["v", 10**40]],
        [["t", "2026-01-01T00:00:00+00:00"], ["v", 1.5e300]],
        [["t", 7], ["v", 1]],
        [["x", 7], [[], 1]],
    ],
)
async def test_a_cursor_of_another_list_is_refused(notes: ServiceClient, values: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    refused(await notes.get("/v1/notes", params={"cursor": cursor}), 400, "bad_request")


@pytest.mark.parametrize("cursor", ["%", "Ω", "a", "W1tb" * 200])
async def test_a_cursor_which_is_none_is_refused(notes: ServiceClient, cursor: str) -> None:
    refused(await notes.get("/v1/notes", params={"cursor": cursor}), 400, "bad_request")


async def test_refusals_are_documented_under_their_own_type(notes: ServiceClient) -> None:
    paths = (await notes.get("/openapi.json")).json()["paths"]
    shown = {path: set(item["get"]["responses"]["default"]["content"]) for path, item in paths.items() if "get" in item}
    assert shown["/v1/notes"] == {"application/problem+json"}
    assert shown["/v1/notes/page"] == {"application/problem+json", "text/html"}
