"""Whose turn it is when many notices of ended log-ins are due at once."""

import uuid
from collections import Counter
from datetime import timedelta

from shared.clock import now
from svc_sso.backchannel import queries
from svc_sso.notices.models import LogoutNotice
from svc_sso.sessions.models import LoginSession
from tests.svc_sso.clients import Machine, register
from tests.svc_sso.conftest import Provider

BATCH = 40


async def owed(sso: Provider, account: str, client: Machine, count: int, waiting: timedelta) -> None:
    """Notices of ended log-ins which `client` has not taken for as long as `waiting`."""
    at = now()
    async with sso.client.sessions.begin() as session:
        for _ in range(count):
            login = LoginSession(
                account_id=uuid.UUID(account), secret_hash=uuid.uuid4().bytes, acr="urn:yiwang:acr:password",
                authenticated_at=at, last_seen_at=at, expires_at=at, idle_seconds=900, address="", user_agent="",
                ended_at=at, ended_reason="expired",
            )  # fmt: skip
            session.add(login)
            await session.flush()
            session.add(
                LogoutNotice(
                    client_id=client.id,
                    session_id=login.id,
                    account_id=login.account_id,
                    reason="expired",
                    next_try_at=at - waiting,
                )
            )


async def test_a_client_that_does_not_answer_holds_up_no_other(sso: Provider) -> None:
    account = (await sso.account())["id"]
    silent, slow, other = [await register(sso, backchannel_logout_uri="https://rp.example/bcl") for _ in range(3)]
    await owed(sso, account, silent, 3 * BATCH, timedelta(minutes=5))
    await owed(sso, account, slow, 3 * BATCH, timedelta(minutes=4))
    await owed(sso, account, other, 2, timedelta(0))
    async with sso.client.sessions.begin() as session:
        taken = Counter(notice.client_id for notice, _ in await queries.due(session, now(), BATCH))
        assert taken == {silent.id: 19, slow.id: 19, other.id: 2}
        async with sso.client.sessions.begin() as beside:
            rest = Counter(notice.client_id for notice, _ in await queries.due(beside, now(), BATCH))
        assert other.id not in rest, "what another process delivers is left to it"
