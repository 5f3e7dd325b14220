"""A second factor at the log-in: set up, asked for, taken once, lost, taken away."""

import asyncio
import uuid

import httpx
import pyotp
import pytest
from sqlalchemy import delete

from svc_sso.accounts import queries as accounts
from svc_sso.factors.models import Authenticator
from tests.svc_sso.conftest import PASSWORD, STEPS, Browser, Provider, code_in, hidden, query_of, refused
from tests.svc_sso.test_attacks import waits_for_a_lock

DEMO = "Demo-2026-yiwang"
MFA = "urn:yiwang:acr:mfa"


async def enrolled(sso: Provider) -> tuple[dict[str, str], Browser, list[str]]:
    """A person who has set up an authenticator app on the own page; the browser and the recovery codes."""
    account, browser = await sso.account(), sso.open_browser()
    await browser.code(account["username"])
    page = await browser.http.get("/account/factors")
    shown = await browser.enrol_on_page(page)
    assert shown.status_code == 200, shown.text
    return account, browser, codes_in(shown)


def codes_in(shown: httpx.Response) -> list[str]:
    return [line[4:-5] for line in shown.text.splitlines() if line.startswith("<li>") and line.count("-") == 3]


async def weakly_in(sso: Provider) -> Browser:
    """A browser which was logged in by password before its owner set up an app elsewhere."""
    account, weak, other = await sso.account(), sso.open_browser(), sso.open_browser()
    await weak.code(account["username"])
    await other.code(account["username"])
    await other.enrol_on_page(await other.http.get("/account/factors"))
    weak.secret = other.secret
    return weak


async def claims_after(sso: Provider, browser: Browser, entered: httpx.Response) -> dict[str, object]:
    tokens = (await sso.redeem(browser, code_in(entered))).json()
    return await sso.claims(tokens["access_token"])


async def test_who_has_a_second_factor_is_asked_for_it_and_a_code_is_taken_once(sso: Provider) -> None:
    account, first, codes = await enrolled(sso)
    assert len(codes) == 10
    browser = sso.open_browser()
    asked = await browser.enter(account["username"], PASSWORD)
    assert (asked.status_code, 'id="code"' in asked.text) == (200, True)
    assert browser.http.cookies.get("sso-session") is None
    assert "待第二步验证" in (await first.http.get("/account/sign-ins")).text
    wrong = await browser.http.post("/oauth2/login", data=hidden(asked.text) | {"code": "000000"})
    assert wrong.status_code == 401
    used = pyotp.TOTP(first.secret).generate_otp(STEPS[first.secret])
    again = await browser.http.post("/oauth2/login", data=hidden(asked.text) | {"code": used})
    assert again.status_code == 401
    claims = await claims_after(sso, browser, await browser.second(asked, first.secret))
    assert (claims["acr"], claims["amr"]) == (MFA, ["pwd", "otp", "mfa"])


async def test_a_recovery_code_stands_in_once(sso: Provider) -> None:
    account, _, codes = await enrolled(sso)
    for expected in (303, 401):
        browser = sso.open_browser()
        asked = await browser.enter(account["username"], PASSWORD)
        given = hidden(asked.text) | {"code": codes[0].lower().replace("-", " ")}
        assert (await browser.http.post("/oauth2/login", data=given)).status_code == expected


async def test_wrong_codes_are_counted_apart_and_end_the_half_finished_log_in(sso: Provider) -> None:
    account, owner, _ = await enrolled(sso)
    thief = sso.open_browser()
    asked = await thief.enter(account["username"], PASSWORD)
    data = hidden(asked.text) | {"code": "000000"}
    answers = [(await thief.http.post("/oauth2/login", data=data)).status_code for _ in range(7)]
    assert answers == [401] * 5 + [429, 400]
    # The password still leads as far as before, the lock holds for every strange device, and not for the owner's own.
    other = sso.open_browser()
    asked = await other.enter(account["username"], PASSWORD)
    assert (await other.second(asked, owner.secret)).status_code == 429
    STEPS.pop(owner.secret)
    asked = await owner.enter(account["username"], PASSWORD, prompt="login")
    STEPS[owner.secret] = last_step_of(owner)
    assert (await owner.second(asked, owner.secret)).status_code == 303


def last_step_of(browser: Browser) -> int:
    return browser.enrolled_at


async def test_staff_without_a_second_factor_set_one_up_before_anything_else(sso: Provider) -> None:
    await sso.demo()
    admin = await sso.headers("secadmin", DEMO)
    rows = (await sso.client.get("/v1/staff", headers=admin)).json()["items"]
    row = next(each for each in rows if each["username"] == "ops")
    old = await sso.login("ops", DEMO)
    reset = await sso.client.post(f"/v1/staff/{row['id']}/factor-reset", headers=admin)
    assert reset.status_code == 200, reset.text
    assert (await sso.exchange(old["access_token"], "sso")).status_code == 400
    browser = sso.open_browser()
    asked = await browser.enter("ops", DEMO)
    given = {"code": reset.json()["enrolment_secret"]}
    enrolling = await browser.http.post("/oauth2/login", data=hidden(asked.text) | given)
    assert 'class="secret"' in enrolling.text
    assert browser.http.cookies.get("sso-session") is None
    codes = await browser.enrol(enrolling)
    entered = await browser.http.post("/oauth2/login", data=hidden(codes.text))
    assert (await claims_after(sso, browser, entered))["acr"] == MFA


async def test_a_client_that_asks_for_more_gets_only_the_missing_factor_asked(sso: Provider) -> None:
    browser = await weakly_in(sso)
    weak = await claims_after(sso, browser, await browser.authorize())
    assert query_of(await browser.authorize(acr_values=MFA, prompt="none"))["error"] == "login_required"
    before = browser.http.cookies["sso-session"]
    asked = await browser.http.get((await browser.authorize(acr_values=MFA)).headers["location"])
    assert ('id="code"' in asked.text, 'id="password"' in asked.text) == (True, False)
    stronger = await claims_after(sso, browser, await browser.second(asked, browser.secret))
    assert (weak["acr"], stronger["acr"]) == ("urn:yiwang:acr:password", MFA)
    assert stronger["sid"] == weak["sid"]
    assert browser.http.cookies["sso-session"] != before
    assert "code" in query_of(await browser.authorize(acr_values=MFA, prompt="none"))


async def test_a_person_without_one_is_led_to_set_one_up_when_a_client_wants_it(sso: Provider) -> None:
    account, browser = await sso.account(), sso.open_browser()
    asked = '{"id_token": {"acr": {"essential": true, "values": ["urn:yiwang:acr:mfa"]}}}'
    enrolling = await browser.enter(account["username"], PASSWORD, claims=asked)
    codes = await browser.enrol(enrolling)
    entered = await browser.http.post("/oauth2/login", data=hidden(codes.text))
    assert (await claims_after(sso, browser, entered))["acr"] == MFA


@pytest.mark.parametrize(("kind", "status", "code"), [("person", 204, None), ("staff", 409, "last_factor")])
async def test_the_last_factor_is_taken_away_by_people_but_not_by_staff(
    sso: Provider, kind: str, status: int, code: str | None
) -> None:
    if kind == "person":
        browser = await weakly_in(sso)
        entered = await browser.http.get((await browser.authorize(acr_values=MFA)).headers["location"])
        answer = await sso.redeem(browser, code_in(await browser.second(entered, browser.secret)))
        exchanged = await sso.exchange(answer.json()["access_token"], "sso")
        headers = {"Authorization": f"Bearer {exchanged.json()['access_token']}"}
        weak = await sso.account()
        assert (await sso.client.get("/v1/me/factors", headers=await sso.headers(weak["username"]))).json()[
            "items"
        ] == []
    else:
        await sso.demo()
        headers = await sso.headers("ops", DEMO)
    listed = (await sso.client.get("/v1/me/factors", headers=headers)).json()
    removed = await sso.client.delete(f"/v1/me/factors/{listed['items'][0]['id']}", headers=headers)
    assert removed.status_code == status, removed.text
    if code:
        refused(removed, status, code)
    else:
        history = (await sso.client.get("/v1/me/sign-ins", headers=headers)).json()["items"]
        assert "begun" not in [item["outcome"] for item in history]
        assert (history[0]["outcome"], history[0]["factor"]) == ("factor_removed", "authenticator")
        assert (await sso.client.get("/v1/me/factors", headers=headers)).json()["recovery_codes"] == 0


async def test_of_two_factors_of_staff_that_are_taken_away_at_once_one_stays(sso: Provider) -> None:
    await sso.demo()
    headers = await sso.headers("ops", DEMO)
    (first,) = (await sso.client.get("/v1/me/factors", headers=headers)).json()["items"]
    async with sso.client.sessions.begin() as session:
        app = await session.get_one(Authenticator, uuid.UUID(first["id"]))
        session.add(Authenticator(account_id=app.account_id, label="other", secret=app.secret, last_step=0))
    async with sso.client.sessions.begin() as session:
        await accounts.locked(session, app.account_id)  # as the other removal, which has not committed yet
        await session.execute(delete(Authenticator).where(Authenticator.label == "other"))
        removed = asyncio.create_task(sso.client.delete(f"/v1/me/factors/{first['id']}", headers=headers))
        await waits_for_a_lock(sso)
    refused(await removed, 409, "last_factor")


async def test_a_weak_log_in_changes_no_factor_of_who_has_one(sso: Provider) -> None:
    browser = await weakly_in(sso)
    weak = await sso.redeem(browser, code_in(await browser.authorize()))
    exchanged = await sso.exchange(weak.json()["access_token"], "sso")
    headers = {"Authorization": f"Bearer {exchanged.json()['access_token']}"}
    answer = await sso.client.post("/v1/me/factors/authenticator", headers=headers)
    problem = refused(answer, 401, "step_up_required")
    assert problem["acr_values"] == MFA
    assert 'error="insufficient_user_authentication"' in answer.headers["www-authenticate"]


async def test_cancelling_tells_the_client(sso: Provider) -> None:
    browser = sso.open_browser()
    fields = await browser.form()
    answer = await browser.http.post("/oauth2/login", data=fields | {"cancel": "1"})
    told = query_of(answer)
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "st-1", "http://localhost:8000")
