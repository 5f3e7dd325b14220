"""Tokens of what has ended are refused at once, in every service, whoever holds them."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from shared import outbox, revocations
from shared.auth import AnyCaller, Caller
from shared.events.envelope import Envelope, Event
from shared.events.sso import AccessChangedV1, ClientChangedV1, SessionEndedV1
from shared.http import Router
from shared.inbox import Work
from shared.revocations import KEPT_SECONDS, Revocations
from tests.shared.kernel import kernel_service
from tests.support.apps import ServiceClient
from tests.support.servers import Servers

router = Router(prefix="/v1")


@router.get("/me")
async def me(caller: AnyCaller) -> str:
    return caller.subject


def envelope(event: Event, at: float) -> Envelope:
    return Envelope(
        id=uuid.uuid4(),
        type=event.TYPE,
        source="/sso",
        subject=event.aggregate_id,
        time=datetime.fromtimestamp(at, UTC),
        sequence=1,
        data=event.model_dump(mode="json"),
    )


def ended(session: uuid.UUID) -> SessionEndedV1:
    return SessionEndedV1(session_id=session, account_id=uuid.uuid4(), reason="logged_out")


def test_an_ended_session_refuses_all_its_tokens_and_no_others() -> None:
    known, session, at = Revocations(), uuid.uuid4(), time.time()
    known.note(envelope(ended(session), at))
    assert known.refuses(Caller("p", "person", session_id=str(session), issued_at=at + 100))
    assert not known.refuses(Caller("p", "person", session_id=str(uuid.uuid4()), issued_at=at - 100))
    assert not known.refuses(Caller("p", "person"))


@pytest.mark.parametrize(("issued", "refused"), [(-60, True), (0, True), (1, False)])
def test_a_change_of_rights_refuses_what_was_issued_until_then(issued: float, refused: bool) -> None:
    known, account, at = Revocations(), uuid.uuid4(), float(int(time.time()))
    known.note(envelope(AccessChangedV1(account_id=account), at + 0.4))
    assert known.refuses(Caller(str(account), "staff", issued_at=at + issued)) is refused


@pytest.mark.parametrize("revokes", [True, False])
def test_a_disabled_client_is_refused_with_the_tokens_it_holds_of_people(revokes: bool) -> None:
    known, at = Revocations(), time.time()
    known.note(envelope(ClientChangedV1(client_id="tax", kind="agency", disabled=revokes, revokes=revokes), at))
    assert known.refuses(Caller("p", "person", client_id="tax", issued_at=at - 1)) is revokes


def test_what_is_known_is_forgotten_after_ten_minutes_and_never_grows_beyond_its_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, now = Revocations(), time.time()
    old = [uuid.uuid4() for _ in range(20)]
    for session in old:
        known.note(envelope(ended(session), now - KEPT_SECONDS - 1))
    for _ in range(20):
        known.note(envelope(ended(uuid.uuid4()), now))
    assert len(known._sessions) == 20
    monkeypatch.setattr(revocations, "MOST_KEPT", 5)
    for _ in range(40):
        known.note(envelope(ended(uuid.uuid4()), now))
    assert len(known._sessions) == 5


@contextlib.asynccontextmanager
async def two_services(servers: Servers, folder: Path) -> AsyncIterator[tuple[ServiceClient, Callable[..., Any]]]:
    """A producer which is svc-sso to the kernel, and a way to start services that hear it."""
    prefix = f"t{uuid.uuid4().hex[:10]}"
    async with contextlib.AsyncExitStack() as stack:

        async def start(name: str, work: Work | None = None) -> ServiceClient:
            made = kernel_service(servers, folder, name, prefix, routers=(router,), work=work)
            return await stack.enter_async_context(made)

        yield await start("sso", Work(publishes=[SessionEndedV1])), start


async def tell(sso: ServiceClient, event: Event) -> None:
    async with sso.sessions.begin() as session:
        await outbox.publish(session, event)


async def within(seconds: float, check: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what is awaited happens at the broker
            await asyncio.sleep(0.02)


async def test_a_token_is_dead_at_every_service_within_two_seconds(
    servers: Servers, tmp_path: Path, bearer: Any
) -> None:
    async with two_services(servers, tmp_path) as (sso, start):
        notes, session = await start("notes"), uuid.uuid4()
        held = bearer(aud="notes", sid=str(session))
        assert (await notes.get("/v1/me", headers=held)).status_code == 200
        await tell(sso, ended(session))

        async def dead() -> bool:
            answer = await notes.get("/v1/me", headers=held)
            return bool(answer.status_code == 401 and answer.json()["code"] == "invalid_token")

        await within(2.0, dead)
        assert (await notes.get("/v1/me", headers=bearer(aud="notes"))).status_code == 200

        # Who starts afterwards asks for what happened before.
        late = await start("late")

        async def dead_there() -> bool:
            answer = await late.get("/v1/me", headers=bearer(aud="late", sid=str(session)))
            return bool(answer.status_code == 401)

        await within(5.0, dead_there)


async def test_a_change_that_took_long_refuses_what_was_issued_meanwhile(servers: Servers, tmp_path: Path) -> None:
    """Until the change is there a token is made with the rights of before, however early its transaction began."""
    known, account = Revocations(), uuid.uuid4()
    async with kernel_service(servers, tmp_path, "sso", f"t{uuid.uuid4().hex[:10]}") as sso:
        async with sso.sessions() as session, session.begin():
            await session.execute(text("SELECT pg_sleep(1.1)"))  # as while it waits for a row
            meanwhile = float(int(time.time()))
            await outbox.publish(session, AccessChangedV1(account_id=account))
        async with sso.sessions() as session:
            row = (await session.scalars(select(outbox.OutboxEvent))).one()
    known.note(row.envelope("sso"))
    assert known.refuses(Caller(str(account), "person", issued_at=meanwhile))


async def test_what_happened_while_the_broker_was_lost_is_asked_for(
    servers: Servers, tmp_path: Path, bearer: Any
) -> None:
    async with two_services(servers, tmp_path) as (sso, start):
        notes, session = await start("notes"), uuid.uuid4()
        held = bearer(aud="notes", sid=str(session))
        await within(5.0, lambda: _heard(sso, notes, bearer))
        await notes.runtime.bus._client._process_op_err(ConnectionResetError())
        await tell(sso, ended(session))

        async def dead() -> bool:
            return bool((await notes.get("/v1/me", headers=held)).status_code == 401)

        await within(10.0, dead)


async def _heard(sso: ServiceClient, notes: ServiceClient, bearer: Any) -> bool:
    account = uuid.uuid4()
    token = bearer(aud="notes", sub=str(account))
    await tell(sso, AccessChangedV1(account_id=account))
    await asyncio.sleep(0.1)
    return bool((await notes.get("/v1/me", headers=token)).status_code == 401)
