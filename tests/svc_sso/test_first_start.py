"""The first administrator, and what is forgotten after a while."""

import json
import stat
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from shared.clock import now
from shared.worker import sweep_once
from svc_sso import bootstrap
from svc_sso.accounts.models import Account
from svc_sso.credentials.models import Password
from svc_sso.credentials.service import verify_password
from svc_sso.grants.models import AuthorizationCode, Grant, RefreshToken
from svc_sso.retention import handlers as retention
from svc_sso.retention.rules import first_id
from svc_sso.sessions.models import LoginSession
from svc_sso.settings import Settings
from svc_sso.sign_ins.models import SignIn
from tests.support.apps import ServiceClient
from tests.svc_sso.agency import Office
from tests.svc_sso.conftest import SECRETS

StartService = Callable[..., Awaitable[ServiceClient]]
SETTINGS = {"client_secrets": json.dumps(SECRETS), "inline_worker": False}


def settings_of(client: ServiceClient) -> Settings:
    assert isinstance(client.settings, Settings)
    return client.settings


async def administrators(client: ServiceClient) -> list[Account]:
    async with client.sessions() as session:
        return list(await session.scalars(select(Account).where(Account.roles.any_() == "security_admin")))


async def test_the_first_start_makes_one_administrator_with_a_password_of_one_use(service_app: StartService) -> None:
    client = await service_app("sso", first_administrator="security.admin", **SETTINGS)
    (account,) = await administrators(client)
    assert (account.username, account.kind, account.roles) == ("security.admin", "staff", ["security_admin"])
    file = Path(client.settings.data_dir) / bootstrap.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    username, initial = file.read_text().split()
    assert username == "security.admin"
    assert len(initial) >= 40
    async with client.sessions() as session:
        password = await session.get(Password, account.id)
    assert password.must_change
    assert await verify_password(password.hash, initial)

    # Another start changes nothing; the file goes when the password was changed, not before.
    await bootstrap.at_first_start(client.sessions, settings_of(client))
    (sweep,) = bootstrap.SWEEPS
    assert await sweep_once(client.runtime, sweep) == 0
    assert file.read_text().split()[1] == initial
    async with client.sessions.begin() as session:
        await session.execute(text("UPDATE passwords SET must_change = false"))
    assert await sweep_once(client.runtime, sweep) == 1
    assert not file.exists()
    await bootstrap.at_first_start(client.sessions, settings_of(client))
    assert not file.exists()
    assert len(await administrators(client)) == 1


async def test_without_a_name_nobody_is_made(service_app: StartService) -> None:
    client = await service_app("sso", **SETTINGS)
    assert await administrators(client) == []
    assert not (Path(client.settings.data_dir) / bootstrap.FILE).exists()


async def test_what_ended_long_ago_is_forgotten_with_all_that_hangs_on_it(service_app: StartService) -> None:
    client = await service_app("sso", **SETTINGS)
    account, at = await Office(client).account(), now()
    ages = {"recent": timedelta(days=29), "old": timedelta(days=31)}
    kept = {}
    async with client.sessions.begin() as session:
        for name, age in ages.items():
            row = LoginSession(
                account_id=account.id, secret_hash=uuid.uuid4().bytes, acr="urn:yiwang:acr:mfa", authenticated_at=at,
                last_seen_at=at, expires_at=at, idle_seconds=900, address="", user_agent="", ended_at=at - age,
                ended_reason="expired",
            )  # fmt: skip
            session.add(row)
            await session.flush()
            grant = Grant(account_id=account.id, session_id=row.id, client_id="gateway", scope="openid")
            session.add(grant)
            await session.flush()
            session.add(RefreshToken(token_hash=uuid.uuid4().bytes, grant_id=grant.id))
            session.add(
                AuthorizationCode(
                    code_hash=uuid.uuid4().bytes, client_id="gateway", session_id=row.id, account_id=account.id,
                    redirect_uri="", code_challenge="", scope="", expires_at=at, grant_id=grant.id,
                )
            )  # fmt: skip
            kept[name] = row.id
        for age in (timedelta(days=199), timedelta(days=201)):
            session.add(
                SignIn(
                    id=first_id(at - age), account_id=account.id, at=at - age, outcome="failed", address="",
                    user_agent="", known_device=False,
                )
            )  # fmt: skip
    forget_sessions, forget_history = retention.SWEEPS
    assert await sweep_once(client.runtime, forget_sessions) == 1
    assert await sweep_once(client.runtime, forget_sessions) == 0
    assert await sweep_once(client.runtime, forget_history) == 1
    async with client.sessions() as session:
        assert list(await session.scalars(select(LoginSession.id))) == [kept["recent"]]
        for table in ("grants", "refresh_tokens", "authorization_codes", "sign_ins"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 1
