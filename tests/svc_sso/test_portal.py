"""The own pages, consents, and what happens to passwords over time."""

import re
import secrets
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from svc_sso.accounts.models import Account
from svc_sso.clients.models import Client
from svc_sso.credentials.rules import digest
from svc_sso.verifications.models import Verification
from svc_sso.verifications.service import load_people
from tests.svc_sso.conftest import (
    CALLBACK,
    PASSWORD,
    SECRETS,
    Browser,
    Provider,
    code_in,
    hidden,
    query_of,
    refused,
)

PAGES = ("", "/sessions", "/sign-ins", "/access", "/factors", "/consents", "/password")
NEW = "seven rivers and a bridge"


@pytest.fixture(scope="module")
def sso(kept_sso: Provider) -> Provider:
    """One for all tests here, which look only at accounts of their own."""
    return kept_sso


async def inside(sso: Provider) -> tuple[dict[str, Any], Browser]:
    account, browser = await sso.account(), sso.open_browser()
    await browser.code(account["username"])
    return account, browser


def csrf_of(page: httpx.Response) -> dict[str, str]:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return {"csrf": found[1]}


async def test_every_page_leads_to_the_log_in_and_back(sso: Provider) -> None:
    account, browser = await sso.account(), sso.open_browser()
    for path in PAGES:
        assert (await browser.http.get(f"/account{path}")).headers["location"].startswith("/oauth2/login?request=")
    shown = await browser.http.get((await browser.http.get("/account/consents")).headers["location"])
    data = hidden(shown.text) | {"username": account["username"], "password": PASSWORD}
    assert (await browser.http.post("/oauth2/login", data=data)).headers["location"] == "/account/consents"
    for path in PAGES:
        page = await browser.http.get(f"/account{path}")
        assert page.status_code == 200, page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert ("script-src" in policy) is (path == "/factors")
        assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/sessions", "/consents", "/password", "/factors"])
async def test_a_form_of_nobody_does_nothing(sso: Provider, path: str) -> None:
    _, browser = await inside(sso)
    for data in ({"act": "others"}, {"csrf": "0" * 64, "act": "others"}):
        assert (await browser.http.post(f"/account{path}", data=data)).status_code == 400
    assert (await browser.http.post(f"/account{path}", json={})).status_code == 400


async def test_own_log_ins_are_ended_one_by_one_or_all_others_and_nobody_elses(sso: Provider) -> None:
    account, browser = await inside(sso)
    _, stranger = await inside(sso)
    others = [sso.open_browser() for _ in range(3)]
    for other in others:
        await other.code(account["username"])
    page = await browser.http.get("/account/sessions")
    ids = re.findall(r'name="id" value="([^"]+)"', page.text.partition("<h2>")[0])
    assert len(ids) == 3
    theirs = csrf_of(page)
    first = await browser.http.post("/account/sessions", data=theirs | {"id": ids[0]})
    assert "已结束" in first.text
    foreign = csrf_of(await stranger.http.get("/account/password")) | {"id": ids[1]}
    assert (await stranger.http.post("/account/sessions", data=foreign)).status_code == 404
    alive = [(await other.http.get("/account")).status_code for other in others]
    assert sorted(alive) == [200, 200, 303]
    await browser.http.post("/account/sessions", data=theirs | {"act": "others"})
    assert [(await other.http.get("/account")).status_code for other in (*others, browser)] == [303, 303, 303, 200]


async def test_a_person_has_his_identity_checked_on_the_page(sso: Provider) -> None:
    account, browser = await inside(sso)
    page = await browser.http.get("/account")
    assert "自报" in page.text
    form = csrf_of(page)
    assert (await browser.http.post("/account", data={"csrf": "forged"})).status_code == 400
    unknown = await browser.http.post("/account", data=form)
    assert (unknown.status_code, "未能在人口登记中核实" in unknown.text) == (422, True)
    async with sso.client.sessions.begin() as session:
        row = await session.get_one(Account, uuid.UUID(account["id"]))
        await load_people(session, [(row.name, str(row.id_number))])
    done = await browser.http.post("/account", data=form)
    assert (done.status_code, "两要素核验" in done.text, "核验姓名" in done.text) == (200, True, False)
    async with sso.client.sessions.begin() as session:
        failed = {"account_id": row.id, "level": "two_factor", "outcome": "not_confirmed", "verifier": "x"}
        session.add_all(Verification(**failed) for _ in range(5))
    assert "今日核验次数过多" in (await browser.http.post("/account", data=form)).text


async def test_a_known_device_is_removed_on_the_page_with_its_log_ins(sso: Provider) -> None:
    account, browser = await inside(sso)
    other = sso.open_browser()
    await other.code(account["username"])
    page = await browser.http.get("/account/sessions")
    (device,) = re.findall(r'value="forget">\s*<input type="hidden" name="id" value="([^"]+)"', page.text)
    form = csrf_of(page) | {"act": "forget"}
    for wrong in (str(uuid.uuid4()), "the other one"):
        assert (await browser.http.post("/account/sessions", data=form | {"id": wrong})).status_code == 404
    assert "已移除该设备" in (await browser.http.post("/account/sessions", data=form | {"id": device})).text
    assert [(await one.http.get("/account")).status_code for one in (other, browser)] == [303, 200]


async def test_a_password_is_changed_on_the_page(sso: Provider) -> None:
    account, browser = await inside(sso)
    form = csrf_of(await browser.http.get("/account/password"))
    tries = [("wrong", NEW, NEW, 403), (PASSWORD, NEW, "other", 422), (PASSWORD, "password1", "password1", 422)]
    for present, new, again, status in tries:
        data = form | {"current_password": present, "new_password": new, "new_password_again": again}
        assert (await browser.http.post("/account/password", data=data)).status_code == status
    data = form | {"current_password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    assert "密码已修改" in (await browser.http.post("/account/password", data=data)).text
    history = (await browser.http.get("/account/sign-ins")).text
    assert "修改密码" in history
    assert (await sso.open_browser().enter(account["username"], PASSWORD)).status_code == 401


@pytest.fixture(scope="module")
async def application(sso: Provider) -> str:
    """A third party's application; its id."""
    async with sso.client.sessions.begin() as session:
        session.add(
            Client(
                id="tax-app", kind="application", name="随州税务", secret_hash=digest(SECRETS["gateway"]),
                audience="sso", grant_types=["authorization_code", "refresh_token"], permissions=[],
                redirect_uris=[CALLBACK], post_logout_redirect_uris=[],
                token_endpoint_auth_method="client_secret_basic",
            )
        )  # fmt: skip
    return "tax-app"


async def test_a_third_party_gets_nothing_without_consent_which_is_kept_and_taken_back(
    sso: Provider, application: str
) -> None:
    account, browser = await inside(sso)
    asked = {"client_id": application}
    assert query_of(await browser.authorize(**asked, prompt="none"))["error"] == "consent_required"
    page = await browser.http.get((await browser.authorize(**asked)).headers["location"])
    assert ("授权 随州税务" in page.text, 'id="password"' in page.text) == (True, False)
    no = await browser.http.post("/oauth2/login", data=hidden(page.text) | {"decision": "refuse"})
    assert query_of(no)["error"] == "access_denied"
    page = await browser.http.get((await browser.authorize(**asked)).headers["location"])
    yes = await browser.http.post("/oauth2/login", data=hidden(page.text) | {"decision": "allow"})
    form = {"code": code_in(yes), "redirect_uri": CALLBACK, "code_verifier": browser.verifier}
    tokens = await sso.client.post(
        "/oauth2/token", data={"grant_type": "authorization_code", **form}, auth=(application, SECRETS["gateway"])
    )
    assert tokens.status_code == 200, tokens.text
    assert "code" in query_of(await browser.authorize(**asked, prompt="none"))
    more = await browser.authorize(**asked, scope="openid profile phone")
    assert more.headers["location"].startswith("/oauth2/login")
    assert (await browser.authorize(**asked, prompt="consent")).headers["location"].startswith("/oauth2/login")
    headers = await sso.headers(account["username"])
    listed = (await sso.client.get("/v1/me/consents", headers=headers)).json()["items"]
    assert [(item["client_id"], item["name"]) for item in listed] == [(application, "随州税务")]
    assert (await sso.client.delete(f"/v1/me/consents/{application}", headers=headers)).status_code == 204
    refused(await sso.client.delete(f"/v1/me/consents/{application}", headers=headers), 404, "consent_not_found")
    again = {"grant_type": "refresh_token", "refresh_token": tokens.json()["refresh_token"]}
    late = await sso.client.post("/oauth2/token", data=again, auth=(application, SECRETS["gateway"]))
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    assert query_of(await browser.authorize(**asked, prompt="none"))["error"] == "consent_required"


async def test_a_code_on_its_way_is_worth_nothing_once_the_consent_is_taken_back(
    sso: Provider, application: str
) -> None:
    account, browser = await inside(sso)
    page = await browser.http.get((await browser.authorize(client_id=application)).headers["location"])
    yes = await browser.http.post("/oauth2/login", data=hidden(page.text) | {"decision": "allow"})
    headers = await sso.headers(account["username"])
    assert (await sso.client.delete(f"/v1/me/consents/{application}", headers=headers)).status_code == 204
    form = {"code": code_in(yes), "redirect_uri": CALLBACK, "code_verifier": browser.verifier}
    late = await sso.client.post(
        "/oauth2/token", data={"grant_type": "authorization_code", **form}, auth=(application, SECRETS["gateway"])
    )
    assert (late.status_code, late.json().get("error")) == (400, "invalid_grant")


async def test_the_platforms_own_clients_never_ask(sso: Provider) -> None:
    _, browser = await inside(sso)
    assert "code" in query_of(await browser.authorize(prompt="consent"))


async def test_a_person_who_is_not_the_one_expected_gives_no_code(sso: Provider) -> None:
    first, second = await sso.account(), await sso.account()
    browser = sso.open_browser()
    asked = f'{{"id_token": {{"sub": {{"value": "{first["id"]}"}}}}}}'
    entered = await browser.enter(second["username"], PASSWORD, claims=asked)
    assert query_of(entered)["error"] == "login_required"
    assert "code" in query_of(await browser.enter(first["username"], PASSWORD, claims=asked))


async def test_a_staff_password_runs_out_and_none_of_the_last_comes_back(sso: Provider) -> None:
    await sso.demo()
    async with sso.client.sessions.begin() as session:
        await session.execute(text("UPDATE passwords SET changed_at = now() - interval '91 days'"))
    browser, demo = sso.open_browser(), "Demo-2026-yiwang"
    asked = await browser.enter("ops", demo)
    assert "已到期" in asked.text
    old = hidden(asked.text) | {"new_password": demo, "new_password_again": demo}
    assert "最近" in (await browser.http.post("/oauth2/login", data=old)).text
    assert browser.http.cookies.get("sso-session") is None
    new = hidden(asked.text) | {"new_password": "Seven-rivers", "new_password_again": "Seven-rivers"}
    assert (await browser.http.post("/oauth2/login", data=new)).status_code == 303
    async with sso.client.sessions() as session:
        own = "SELECT count(*) FROM password_history h JOIN accounts a ON a.id = h.account_id WHERE a.username = 'ops'"
        kept = await session.scalar(text(own))
    assert kept == 1


async def test_taken_names_can_not_be_tried_out_one_after_another(sso: Provider) -> None:
    account = await sso.account()
    statuses = []
    for _ in range(12):
        body = {"username": account["username"], "password": secrets.token_urlsafe(12), "name": "张伟",
                "id_number": "11010519491231002X", "phone": "13812341234"}  # fmt: skip
        one_place = {"X-Forwarded-For": "198.51.100.9"}
        statuses.append((await sso.client.post("/v1/accounts", json=body, headers=one_place)).status_code)
    assert statuses == [409] * 10 + [429] * 2
    assert (await sso.account())["username"]


async def test_the_page_speaks_the_language_which_the_client_names(sso: Provider) -> None:
    for locales, word in (("en zh-CN", "Log in"), ("fr zh", "登录"), ("xx", "登录")):
        browser = sso.open_browser()
        page = await browser.http.get((await browser.authorize(ui_locales=locales)).headers["location"])
        assert f"<h1>{'统一身份认证' if word == '登录' else ''}{word}</h1>" in page.text
