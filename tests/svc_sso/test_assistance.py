"""What staff do for people's accounts: recovery at the counter, suspension."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from shared.audit import AuditRow
from svc_sso import demo
from svc_sso.accounts.models import Account
from tests.svc_sso.conftest import PASSWORD, Browser, Provider, code_in, hidden, refused

NEW = "quite another password"


@pytest.fixture
async def office(sso: Provider) -> Provider:
    await sso.demo()
    return sso


async def someone(sso: Provider) -> tuple[dict[str, Any], dict[str, Any]]:
    """An account, and what its owner's identity card says."""
    account = await sso.account()
    async with sso.client.sessions() as session:
        row = await session.get_one(Account, uuid.UUID(account["id"]))
    card = {"username": row.username, "name": row.name, "id_number": row.id_number}
    return account, card | {"document": "resident_identity_card"}


async def audited(sso: Provider, account_id: str) -> list[tuple[str, str]]:
    query = select(AuditRow.actor_kind, AuditRow.action).where(AuditRow.object_id == account_id).order_by(AuditRow.id)
    async with sso.client.sessions() as session:
        return [(row.actor_kind, row.action) for row in await session.execute(query)]


async def with_given_out(browser: Browser, username: str, initial: str) -> Any:
    """What the log-in answers once the given-out password was replaced."""
    due = await browser.enter(username, initial)
    assert 'name="new_password"' in due.text, due.text
    data = hidden(due.text) | {"new_password": NEW, "new_password_again": NEW}
    return await browser.http.post("/oauth2/login", data=data)


async def test_who_shows_a_document_gets_in_again_and_everybody_else_is_out(office: Provider) -> None:
    account, card = await someone(office)
    old = office.open_browser()
    await old.code(account["username"])
    officer = await office.headers("reg.zengdu", demo.PASSWORD)
    wrong = card | {"name": "张维"}
    refused(await office.client.post("/v1/recoveries", json=wrong, headers=officer), 422, "document_differs")
    assert (await old.http.get("/account")).status_code == 200, "a wrong document ends nothing"
    given = await office.client.post("/v1/recoveries", json=card, headers=officer)
    assert (given.status_code, given.headers["cache-control"]) == (201, "no-store"), given.text
    assert (await old.http.get("/account")).status_code == 303
    assert (await old.enter(account["username"], PASSWORD)).status_code == 401
    code_in(await with_given_out(office.open_browser(), account["username"], given.json()["initial_password"]))
    own = await office.headers(account["username"], NEW)
    assert (await office.client.get("/v1/me", headers=own)).json()["trust_level"] == "in_person"
    acts = await audited(office, account["id"])
    assert acts[1:4] == [("staff", "identity.checked"), ("staff", "password.reset"), ("person", "password.changed")]
    history = (await office.client.get("/v1/me/sign-ins", headers=own)).json()["items"]
    assert [row["outcome"] for row in history].count("password_changed") == 2
    assert len((await office.client.get("/v1/me/devices", headers=own)).json()["items"]) == 2, (
        "the old one is forgotten"
    )


@pytest.mark.parametrize("lost", [False, True])
async def test_second_factors_go_only_when_they_are_lost_too(office: Provider, lost: bool) -> None:
    account, card = await someone(office)
    owner = office.open_browser()
    await owner.code(account["username"])
    await owner.enrol_on_page(await owner.http.get("/account/factors"))
    officer = await office.headers("reg.zengdu", demo.PASSWORD)
    body = card | {"second_factors": lost}
    initial = (await office.client.post("/v1/recoveries", json=body, headers=officer)).json()["initial_password"]
    browser = office.open_browser()
    shown = await browser.enter(account["username"], initial)
    assert ('id="code"' in shown.text, 'name="new_password"' in shown.text) == (not lost, lost)


async def test_only_those_who_check_identities_recover_accounts(office: Provider) -> None:
    account, card = await someone(office)
    for username, password in ((account["username"], PASSWORD), ("cmp.zengdu", demo.PASSWORD)):
        headers = await office.headers(username, password)
        refused(await office.client.post("/v1/recoveries", json=card, headers=headers), 403, "forbidden")


async def test_a_suspended_account_opens_nothing_until_it_is_lifted(office: Provider) -> None:
    account, card = await someone(office)
    tokens, path = await office.login(account["username"]), f"/v1/accounts/{account['id']}/suspension"
    admin, officer = [await office.headers(who, demo.PASSWORD) for who in ("secadmin", "reg.zengdu")]
    refused(await office.client.post(path, json={"reason": "冒用"}, headers=officer), 403, "forbidden")
    refused(await office.client.post(path, json={}, headers=admin), 422, "invalid")
    for _ in range(2):
        done = await office.client.post(path, json={"reason": "账户被他人冒用"}, headers=admin)
        assert done.json() == {"account_id": account["id"], "suspended": True}, done.text
    assert (await office.exchange(tokens["access_token"], "services")).status_code == 400
    assert (await office.open_browser().enter(account["username"], PASSWORD)).status_code == 401
    refused(await office.client.post("/v1/recoveries", json=card, headers=officer), 422, "document_differs")
    told = [one["revokes"] for one in await office.events("sso.access.changed.v1")]
    assert told == [True], "it is told once"
    lifted = await office.client.delete(path, headers=admin)
    assert (lifted.status_code, lifted.json()["suspended"]) == (200, False)
    await office.login(account["username"])


async def test_staff_and_strangers_are_not_suspended_this_way(office: Provider) -> None:
    admin = await office.headers("secadmin", demo.PASSWORD)
    for nobody in (demo.account_id("reg.zengdu"), uuid.uuid4()):
        path = f"/v1/accounts/{nobody}/suspension"
        refused(await office.client.post(path, json={"reason": "测试"}, headers=admin), 404, "not_found")
