"""The security administrator's work, and the first administrator."""

import asyncio
import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.auth import Caller
from svc_sso import bootstrap, demo
from svc_sso.accounts.errors import AccountOver
from svc_sso.accounts.models import Account
from svc_sso.staff import service as staff
from svc_sso.staff.schemas import StaffPatch
from tests.svc_sso.conftest import Provider, code_in, hidden, oauth_refused, refused

DEMO = "Demo-2026-yiwang"
OWN = "My own password 1"
NEW = {"username": "wang.fang", "name": "王芳", "unit": "AMR-421303", "region": "421303", "roles": ["registrar"]}


@pytest.fixture
async def admin(sso: Provider) -> dict[str, str]:
    await sso.demo()
    return await sso.headers("secadmin", DEMO)


async def test_a_new_member_of_staff_changes_the_given_out_password_first(sso: Provider, admin: dict[str, str]) -> None:
    made = await sso.client.post("/v1/staff", json=NEW, headers=admin)
    assert made.status_code == 201, made.text
    initial = made.json()["initial_password"]
    browser = sso.open_browser()
    asked = await browser.enter("wang.fang", initial)
    assert (asked.status_code, "new_password" in asked.text) == (200, True)
    assert browser.http.cookies.get("sso-session") is None
    fields = hidden(asked.text)
    different = fields | {"new_password": "my own password", "new_password_again": "my own passwort"}
    assert "不一致" in (await browser.http.post("/oauth2/login", data=different)).text
    weak = fields | {"new_password": "wang.fang-1", "new_password_again": "wang.fang-1"}
    assert "用户名" in (await browser.http.post("/oauth2/login", data=weak)).text
    plain = fields | {"new_password": "my own password", "new_password_again": "my own password"}
    assert "至少 3 类" in (await browser.http.post("/oauth2/login", data=plain)).text
    good = fields | {"new_password": OWN, "new_password_again": OWN}
    enrolling = await browser.http.post("/oauth2/login", data=good)
    assert browser.http.cookies.get("sso-session") is None
    codes = await browser.enrol(enrolling)
    entered = await browser.http.post("/oauth2/login", data=hidden(codes.text))
    assert entered.status_code == 303, entered.text
    assert (await sso.open_browser().enter("wang.fang", initial)).status_code == 401
    second = sso.open_browser()
    code = code_in(await second.second(await second.enter("wang.fang", OWN), browser.secret))
    tokens = (await sso.redeem(second, code)).json()
    claims = await sso.claims((await sso.exchange(tokens["access_token"], "services")).json()["access_token"])
    assert (claims["unit"], claims["region"], claims["kind"]) == ("AMR-421303", "421303", "staff")
    assert claims["permissions"] == ["services:applications:handle"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"roles": ["system_admin", "audit_admin"]}, 409, "administrators_exclude"),
        ({"roles": ["king"]}, 422, "role_unknown"),
        ({"region": "421321"}, 422, "region_unknown"),
        ({"unit": "AMR-999999"}, 422, "unit_unknown"),
        ({"username": "ops"}, 409, "username_taken"),
        ({"name": "王*"}, 422, "invalid"),
    ],
)
async def test_staff_who_are_not_taken_on(
    sso: Provider, admin: dict[str, str], changes: dict[str, object], status: int, code: str
) -> None:
    refused(await sso.client.post("/v1/staff", json=NEW | changes, headers=admin), status, code)


async def test_only_the_security_administrator_may(sso: Provider, admin: dict[str, str]) -> None:
    person = await sso.account()
    for headers in (await sso.headers("ops", DEMO), await sso.headers(person["username"])):
        refused(await sso.client.get("/v1/staff", headers=headers), 403, "forbidden")
        refused(await sso.client.post("/v1/staff", json=NEW, headers=headers), 403, "forbidden")
    listed = (await sso.client.get("/v1/staff", params={"role": "registrar"}, headers=admin)).json()["items"]
    assert sorted(row["username"] for row in listed) == ["reg.suixian", "reg.zengdu", "reg.zengdu2"]
    assert {row["name"] for row in listed} == {"王*", "陈*", "刘*"}


async def test_a_change_of_access_is_told_and_counts_at_the_next_token(sso: Provider, admin: dict[str, str]) -> None:
    tokens = await sso.login("reg.zengdu", DEMO)
    row = await find(sso, admin, "reg.zengdu")
    url = f"/v1/staff/{row['id']}"
    read = await sso.client.get(url, headers=admin)
    assert read.json() == row
    tag = read.headers["etag"]
    assert (await sso.client.get(url, headers={**admin, "If-None-Match": tag})).status_code == 304
    refused(await sso.client.get(f"/v1/staff/{(await sso.account())['id']}", headers=admin), 404, "not_found")
    match = admin | {"If-Match": tag}
    refused(await sso.client.patch(url, json={"roles": []}, headers=admin), 428, "precondition_required")
    both = await sso.client.patch(url, json={"roles": ["system_admin", "security_admin"]}, headers=match)
    refused(both, 409, "administrators_exclude")
    changed = await sso.client.patch(url, json={"roles": ["complaint_officer"], "unit": "AMR-421321"}, headers=match)
    assert changed.status_code == 200, changed.text
    refused(await sso.client.patch(url, json={"roles": []}, headers=match), 412, "stale_version")
    assert [e["account_id"] for e in await sso.events("sso.access.changed.v1")] == [row["id"]]
    answer = (await sso.exchange(tokens["access_token"], "complaints")).json()
    claims = await sso.claims(answer["access_token"])
    assert (claims["permissions"], claims["region"]) == (["complaints:complaints:handle"], "421321")


async def test_disabling_ends_every_log_in(sso: Provider, admin: dict[str, str]) -> None:
    tokens = [await sso.login("ops", DEMO) for _ in range(2)]
    row = await find(sso, admin, "ops")
    match = admin | {"If-Match": f'"{row["version"]}"'}
    answer = await sso.client.patch(f"/v1/staff/{row['id']}", json={"disabled": True}, headers=match)
    assert answer.json()["disabled"] is True
    for held in tokens:
        oauth_refused(await sso.exchange(held["access_token"], "sso"), "invalid_grant")
    ended = await sso.events("sso.session.ended.v1")
    assert [event["reason"] for event in ended] == ["account_disabled"] * 2
    assert (await sso.open_browser().enter("ops", DEMO)).status_code == 401


async def test_nobody_changes_the_own_access_and_a_fallen_administrator_nothing(
    sso: Provider, admin: dict[str, str]
) -> None:
    own = await find(sso, admin, "secadmin")
    match = admin | {"If-Match": f'"{own["version"]}"'}
    refused(await sso.client.patch(f"/v1/staff/{own['id']}", json={"roles": []}, headers=match), 403, "own_access")
    person = await sso.account()
    refused(await sso.client.patch(f"/v1/staff/{person['id']}", json={}, headers=match), 404, "not_found")
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE accounts SET roles = '{}' WHERE username = 'secadmin'"))
    refused(await sso.client.post("/v1/staff", json=NEW, headers=admin), 403, "forbidden")


async def test_the_database_itself_keeps_administrators_apart(sso: Provider, admin: dict[str, str]) -> None:
    change = text("UPDATE accounts SET roles = '{system_admin,audit_admin}' WHERE username = 'ops'")
    with pytest.raises(IntegrityError, match="administrators_exclude"):
        async with sso.client.sessions.begin() as session:
            await session.execute(change)


async def test_the_first_administrator_is_made_once_with_a_one_time_secret(sso: Provider) -> None:
    initial = await bootstrap.run("first.admin", sso.client.settings)  # type: ignore[arg-type]
    assert initial is not None
    assert len(initial) >= 40
    assert await bootstrap.run("second.admin", sso.client.settings) is None  # type: ignore[arg-type]
    assert "new_password" in (await sso.open_browser().enter("first.admin", initial)).text


async def test_demo_accounts_are_made_once(sso: Provider) -> None:
    await sso.demo()
    await sso.demo()
    assert len(await sso.events("sso.account.opened.v1")) == len(demo.accounts())
    await sso.login("demo.citizen", DEMO)


async def find(sso: Provider, admin: dict[str, str], username: str) -> dict[str, str]:
    rows = (await sso.client.get("/v1/staff", headers=admin)).json()["items"]
    return next(dict(row) for row in rows if row["username"] == username)


async def test_two_administrators_who_disable_each_other_at_once_are_not_both_gone(
    sso: Provider, admin: dict[str, str]
) -> None:
    made = (await sso.client.post("/v1/staff", json=NEW | {"roles": ["security_admin"]}, headers=admin)).json()
    first, second = demo.account_id("secadmin"), uuid.UUID(made["id"])
    callers = {each: Caller(subject=str(each), kind="staff") for each in (first, second)}

    async def disable(by: uuid.UUID, whom: uuid.UUID, pause: float) -> str:
        try:
            async with sso.client.sessions.begin() as session:
                version = (await session.get_one(Account, whom)).version
                await staff.change(session, callers[by], whom, StaffPatch(disabled=True), version)
                await asyncio.sleep(pause)
        except AccountOver:
            return "over"
        return "done"

    one = asyncio.create_task(disable(first, second, 0.5))
    await asyncio.sleep(0.2)
    assert [await disable(second, first, 0), await one][::-1] == ["done", "over"]
