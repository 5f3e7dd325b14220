"""One request is one transaction; a repeated request gets the same answer; refusals are problem documents."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, Request, Response
from pydantic import BaseModel
from sqlalchemy import func, select, text

from shared import audit, errors
from shared.auth import AnyCaller, MaybeCaller, Public
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, IDEMPOTENCY_OPTIONAL, IfMatch, Page, Paging, Router, check_version, paginate
from tests.shared.kernel import kernel_service
from tests.support.apps import ServiceClient
from tests.support.servers import Servers

router = Router(prefix="/v1/notes", tags=["notes"])
Headers = Callable[..., dict[str, str]]


class NoteIn(BaseModel):
    text: str
    seconds: float = 0


@router.post("", status_code=201)
async def write(note: NoteIn, caller: AnyCaller, session: SessionDep) -> dict[str, str]:
    await audit.record(session, caller, action="note.written", object_type="note", object_id=note.text)
    await session.flush()
    await asyncio.sleep(note.seconds)
    if note.text == "refused":
        raise errors.Conflict("Not this one.")
    if note.text == "broken":
        raise RuntimeError("secret detail")
    return {"id": str(uuid.uuid4())}


@router.post("/open", dependencies=[Public], openapi_extra=IDEMPOTENCY_NONE)
async def check(note: Annotated[NoteIn, Body()]) -> dict[str, str]:
    return {"text": note.text}


@router.post("/maybe", openapi_extra=IDEMPOTENCY_OPTIONAL)
async def maybe(note: NoteIn, caller: MaybeCaller) -> dict[str, str | None]:
    return {"id": str(uuid.uuid4()), "caller": caller.subject if caller else None}


@router.put("/{version}")
async def edit(version: int, asked: IfMatch, caller: AnyCaller) -> None:
    check_version(type("Row", (), {"version": version})(), asked)


@router.get("", response_model=Page[int])
async def numbers(session: SessionDep, caller: AnyCaller, paging: Paging, request: Request, response: Response) -> Any:
    rows = audit.AuditRow
    found = await paginate(
        session, select(rows), keys=[rows.action.desc(), rows.id], paging=paging, request=request, response=response
    )
    return found.page([row.id for row in found.rows])


@pytest.fixture
async def notes(servers: Servers, tmp_path: Path) -> AsyncIterator[ServiceClient]:
    async with kernel_service(servers, tmp_path, "notes", f"t{uuid.uuid4().hex[:10]}", routers=(router,)) as client:
        yield client


@pytest.fixture
def who(bearer: Any) -> Headers:
    identity = str(uuid.uuid4())
    return lambda key=None: bearer(aud="notes", sub=identity) | ({"Idempotency-Key": key} if key else {})


async def written(notes: ServiceClient) -> int:
    async with notes.sessions() as session:
        return await session.scalar(select(func.count()).select_from(audit.AuditRow)) or 0


async def test_the_same_key_and_body_give_the_same_answer_and_one_change(notes: ServiceClient, who: Headers) -> None:
    first = await notes.post("/v1/notes", json={"text": "a"}, headers=who("k1"))
    again = await notes.post("/v1/notes", json={"text": "a"}, headers=who('"k1"'))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert await written(notes) == 1


async def test_the_same_key_with_another_body_is_refused(notes: ServiceClient, who: Headers) -> None:
    await notes.post("/v1/notes", json={"text": "a"}, headers=who("k1"))
    other = await notes.post("/v1/notes", json={"text": "b"}, headers=who("k1"))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_belongs_to_its_caller(notes: ServiceClient, who: Headers, bearer: Any) -> None:
    await notes.post("/v1/notes", json={"text": "a"}, headers=who("k1"))
    stranger = bearer(aud="notes") | {"Idempotency-Key": "k1"}
    assert (await notes.post("/v1/notes", json={"text": "b"}, headers=stranger)).status_code == 201


async def test_who_has_lost_a_right_gets_no_answer_from_before(notes: ServiceClient, bearer: Any) -> None:
    identity = str(uuid.uuid4())
    before = bearer(aud="notes", sub=identity, permissions=["notes:notes:write"]) | {"Idempotency-Key": "k1"}
    after = bearer(aud="notes", sub=identity, permissions=[]) | {"Idempotency-Key": "k1"}
    assert (await notes.post("/v1/notes", json={"text": "a"}, headers=before)).status_code == 201
    again = await notes.post("/v1/notes", json={"text": "a"}, headers=after)
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")
    assert await written(notes) == 1


async def test_a_kept_answer_can_not_be_read_in_the_database(notes: ServiceClient, who: Headers) -> None:
    await notes.post("/v1/notes", json={"text": "13812345678"}, headers=who("k1"))
    async with notes.sessions() as session:
        (kept,) = (await session.scalars(text("SELECT body FROM idempotent_answers"))).all()
    assert b"13812345678" not in bytes(kept)


async def test_a_repeat_while_the_first_still_runs_is_told_so(notes: ServiceClient, who: Headers) -> None:
    slow = {"text": "slow", "seconds": 1}
    first = asyncio.create_task(notes.post("/v1/notes", json=slow, headers=who("k1")))
    await asyncio.sleep(0.4)
    second = await notes.post("/v1/notes", json=slow, headers=who("k1"))
    assert (second.status_code, second.json()["code"]) == (409, "request_in_progress")
    assert second.headers["retry-after"] == "1"
    assert (await first).status_code == 201
    assert await written(notes) == 1


@pytest.mark.parametrize("key", [None, "", "x" * 129, "ü"], ids=["missing", "empty", "too long", "not ASCII"])
async def test_a_missing_or_malformed_key_is_refused(notes: ServiceClient, who: Headers, key: str | None) -> None:
    headers = httpx.Headers(who() | ({} if key is None else {"Idempotency-Key": key}), encoding="utf-8")
    answer = await notes.post("/v1/notes", json={"text": "a"}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"].startswith("idempotency_key")


@pytest.mark.parametrize("body", [b"{}", b"{"], ids=["no key", "half a body"])
async def test_who_calls_is_asked_before_what_he_sent(notes: ServiceClient, body: bytes) -> None:
    answer = await notes.post("/v1/notes", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_refused_request_leaves_nothing_and_may_be_repeated(notes: ServiceClient, who: Headers) -> None:
    for _ in range(2):
        answer = await notes.post("/v1/notes", json={"text": "refused"}, headers=who("k1"))
        assert (answer.status_code, answer.json()["detail"]) == (409, "Not this one.")
    assert await written(notes) == 0


async def test_a_fault_of_ours_tells_nothing_but_its_trace(notes: ServiceClient, who: Headers) -> None:
    headers = who("k1") | {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    answer = await notes.post("/v1/notes", json={"text": "broken"}, headers=headers)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert "secret" not in answer.text
    assert await written(notes) == 0


async def test_a_safe_post_needs_no_key_and_a_free_one_may_have_it(notes: ServiceClient) -> None:
    assert (await notes.post("/v1/notes/open", json={"text": "a"})).json() == {"text": "a"}
    first = await notes.post("/v1/notes/maybe", json={"text": "a"}, headers={"Idempotency-Key": "k"})
    again = await notes.post("/v1/notes/maybe", json={"text": "a"}, headers={"Idempotency-Key": "k"})
    assert first.json() == again.json()
    assert (await notes.post("/v1/notes/maybe", json={"text": "a"})).json() != first.json()


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (b"{", 400, "bad_request", None),
        (b"{}", 422, "invalid", "/text"),
        (b'{"text": 1}', 422, "invalid", "/text"),
        (b'{"text": "a", "seconds": "x"}', 422, "invalid", "/seconds"),
        (b"", 422, "invalid", "/"),
        (b'{"text": "' + b"a" * 1024 * 1024 + b'"}', 413, "body_too_large", None),
    ],
    ids=["half a body", "field missing", "wrong type", "wrong number", "no body", "too large"],
)
async def test_a_bad_body_gets_a_clear_problem(
    notes: ServiceClient, body: bytes, status: int, code: str, pointer: str | None
) -> None:
    answer = await notes.post("/v1/notes/open", content=body, headers={"Content-Type": "application/json"})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert problem["type"] == f"urn:yiwang:problem:{code}"
    assert pointer is None or problem["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(("header", "status"), [(None, 428), ('"3"', 200), ('"2"', 412), ("*", 412), ('W/"3"', 412)])
async def test_an_edit_names_the_version_it_has_seen(
    notes: ServiceClient, who: Headers, header: str | None, status: int
) -> None:
    headers = who() | ({"If-Match": header} if header else {})
    assert (await notes.put("/v1/notes/3", headers=headers)).status_code == status


async def test_titles_are_chinese_unless_english_is_asked_for(notes: ServiceClient) -> None:
    chinese = await notes.post("/v1/notes", json={"text": "a"}, headers={"Idempotency-Key": "k"})
    english = await notes.get("/v1/notes", headers={"Accept-Language": "en"})
    assert chinese.json()["title"] == "请先登录"
    assert english.json()["title"] == "Please log in"
    assert english.headers["www-authenticate"].startswith("Bearer")


async def test_pages_cover_a_list_once_and_in_order(notes: ServiceClient, who: Headers) -> None:
    async with notes.sessions() as session, session.begin():
        for number in range(57):
            action = f"note.{number % 3}"
            await audit.record(session, audit.SYSTEM, action=action, object_type="note", object_id=number)
    async with notes.sessions() as session:
        order = text("SELECT id FROM audit_log ORDER BY action DESC, id")
        expected = list((await session.execute(order)).scalars())
    seen: list[int] = []
    url: str | None = "/v1/notes?limit=10&count=exact"
    while url:
        page = await notes.get(url, headers=who())
        assert page.json()["count"] == 57
        seen += page.json()["items"]
        link = page.headers.get("link")
        url = link.split(";")[0].strip("<>") if link else None
    assert seen == expected


@pytest.mark.parametrize("cursor", ["x", "W10", "eyJhIjoxfQ", "W1sidiIsIDFdXQ"])
async def test_a_made_up_cursor_is_refused(notes: ServiceClient, who: Headers, cursor: str) -> None:
    answer = await notes.get(f"/v1/notes?cursor={cursor}", headers=who())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "count=some"])
async def test_paging_parameters_have_bounds(notes: ServiceClient, who: Headers, query: str) -> None:
    assert (await notes.get(f"/v1/notes?{query}", headers=who())).status_code == 422


async def test_health_tells_live_from_ready(notes: ServiceClient) -> None:
    assert (await notes.get("/livez")).json() == {"status": "ok"}
    ready = await notes.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"]["database"] is True
    assert "http_requests_total" in (await notes.get("/metrics")).text


async def test_unknown_paths_and_methods_are_problems_too(notes: ServiceClient) -> None:
    assert (await notes.get("/nowhere")).json()["code"] == "not_found"
    assert (await notes.delete("/livez")).json()["code"] == "method_not_allowed"
