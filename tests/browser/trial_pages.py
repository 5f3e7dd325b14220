"""The pages of svc-sso in a real browser, behind the gateway: `make browser-test`."""

import datetime
import http.server
import re
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from shared.local.demo import PASSWORD, fresh_code
from shared.local.journey.people import Person as Caller
from shared.local.journey.people import known_person, new_identity
from svc_sso.demo import ENTERPRISES
from tests.browser.eyes import Person, chromium, person
from tests.support.platform import Platform

PAGES = ("", "/sessions", "/sign-ins", "/access", "/factors", "/consents", "/mandates", "/password")
SSO = "/api/sso/v1"
CHANGE = {"zh-CN": "变更", "en-GB": "hange"}
LANGUAGES = {"zh-CN": ("我的账户", "登录"), "en-GB": ("My account", "Log in")}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def citizen(platform: Platform) -> dict[str, str]:
    """A new account; nobody is logged in to it."""
    identity = new_identity() | {"name": "张伟"}
    Caller(platform.base_url, "citizen").json("POST", "/api/sso/v1/accounts", json=identity, expect=201, quiet=True)
    return identity


def on_account(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/account$"))


@pytest.mark.platform
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_log_in_goes_by_keyboard(
    browser: Browser, platform: Platform, citizen: dict[str, str], language: str
) -> None:
    account, log_in = LANGUAGES[language]
    with person(browser, platform.base_url, locale=language) as someone:
        page = someone.page
        someone.go("/session/login?return_to=/account")
        expect(page).to_have_title(re.compile(log_in))
        someone.look(f"log-in {language}")
        assert page.evaluate("document.activeElement.id") == "username"
        page.keyboard.type(citizen["username"])
        page.keyboard.press("Tab")
        page.keyboard.type("not the password")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").first).to_be_visible()
        someone.look(f"wrong password {language}")
        assert page.evaluate("document.activeElement.id") == "password"
        page.keyboard.type(citizen["password"])
        page.keyboard.press("Enter")
        on_account(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(account)
        assert someone.context.request.get(f"{platform.base_url}/session").json()["authenticated"]


@pytest.mark.platform
@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("zh-CN", "light", 1000), ("zh-CN", "dark", 360), ("en-GB", "light", 360)],
)
def test_the_own_pages_can_be_read_and_reached(
    browser: Browser, platform: Platform, citizen: dict[str, str], language: str, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    with person(browser, platform.base_url, locale=language, color_scheme=scheme, viewport=size) as someone:
        someone.log_in(citizen["username"], citizen["password"])
        on_account(someone.page)
        for path in PAGES:
            someone.go(f"/account{path}")
            someone.look(f"account{path.replace('/', ' ')} {language} {scheme} {width}")


@pytest.mark.platform
def test_staff_show_a_second_factor(browser: Browser, platform: Platform) -> None:
    with person(browser, platform.base_url) as someone:
        page = someone.page
        someone.log_in("cmp.suixian", PASSWORD)
        expect(page.get_by_label("验证码")).to_be_focused()
        someone.look("second factor zh-CN light")
        page.keyboard.type("000000")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").first).to_contain_text("验证码不正确")
        page.keyboard.type(fresh_code(platform.base_url, "cmp.suixian"))
        page.keyboard.press("Enter")
        on_account(page)
        someone.go("/account/sign-ins")
        expect(page.locator("tbody tr").nth(0)).to_contain_text("登录成功")
        expect(page.locator("tbody tr").nth(1)).to_contain_text("登录失败")
        expect(page.locator("tbody tr").nth(2)).to_contain_text("待第二步验证")


@pytest.fixture
def agent(platform: Platform) -> dict[str, str]:
    """Someone whom the population register knows, and who has logged in nowhere."""
    identity = new_identity() | known_person("王芳")
    caller = Caller(platform.base_url, "agent")
    caller.json("POST", f"{SSO}/accounts", json=identity, expect=201, quiet=True)
    caller.log_in(identity["username"], identity["password"])
    caller.call("POST", f"{SSO}/me/verifications", expect=201, quiet=True)
    return identity


@pytest.mark.platform
@pytest.mark.parametrize(("language", "scheme", "width"), [("zh-CN", "light", 1000), ("en-GB", "dark", 360)])
def test_a_representative_ticks_what_an_agent_may_do(
    browser: Browser, platform: Platform, agent: dict[str, str], language: str, scheme: str, width: int
) -> None:
    legal = Caller(platform.base_url, "legal")
    legal.log_in("demo.legal", PASSWORD)
    legal.call("POST", f"{SSO}/me/organisations", json={"code": ENTERPRISES[0]}, expect=201, quiet=True)
    size, until = {"width": width, "height": 800}, datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(30)
    with person(browser, platform.base_url, locale=language, color_scheme=scheme, viewport=size) as someone:
        page = someone.page
        someone.log_in("demo.legal", PASSWORD, "/account/mandates")
        form = page.locator("form:has(input[name=agent_username])").first
        form.locator("input[name=agent_username]").fill(agent["username"])
        form.locator("input[name=agent_name]").fill(agent["name"])
        form.locator("input[name=ends_on]").fill(until.isoformat())
        form.locator("input[name='matter:MR-ENT-CHANGE']").focus()
        page.keyboard.press("Space")
        someone.look(f"mandates of a representative {language} {scheme} {width}")
        form.locator("button").click()
        expect(page.get_by_role("status")).to_be_visible()
        expect(page.locator("tbody tr").first).to_contain_text(CHANGE[language])
        someone.look(f"a mandate granted {language} {scheme} {width}")
        page.locator("tbody tr").first.get_by_role("button").click()
        expect(page.locator("tbody tr").first.get_by_role("button")).to_have_count(0)


@pytest.mark.platform
def test_a_known_device_is_removed(browser: Browser, platform: Platform, citizen: dict[str, str]) -> None:
    with person(browser, platform.base_url) as elsewhere, person(browser, platform.base_url) as someone:
        for one in (elsewhere, someone):
            one.log_in(citizen["username"], citizen["password"])
            on_account(one.page)
        someone.go("/account/sessions")
        devices = someone.page.get_by_role("table").nth(1)
        expect(devices.locator("tbody tr")).to_have_count(2)
        someone.look("known devices zh-CN")
        devices.get_by_role("button").click()
        expect(someone.page.get_by_role("status")).to_contain_text("已移除该设备")
        elsewhere.go("/account")
        expect(elsewhere.page.locator("#password")).to_be_visible()


@pytest.mark.platform
def test_a_passkey_is_made_and_opens_the_door_alone(
    browser: Browser, platform: Platform, citizen: dict[str, str]
) -> None:
    with person(browser, platform.base_url) as someone:
        page = someone.page
        give_authenticator(someone)
        someone.log_in(citizen["username"], citizen["password"], "/account/factors")
        page.get_by_role("button", name="创建通行密钥").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("请保存恢复码")
        assert page.locator(".codes li").count() == 10
        someone.look("recovery codes zh-CN")
        page.get_by_role("link", name="我已保存").click()
        expect(page.locator("tbody tr")).to_contain_text("通行密钥")
        log_out(someone)
        someone.go("/account/factors")
        page.get_by_role("button", name="使用通行密钥登录").click()
        expect(page).to_have_url(re.compile(r"/account/factors$"))
        someone.look("factors with a passkey zh-CN")


def give_authenticator(someone: Person) -> None:
    """A security key of the browser's own making, with a finger always on it."""
    devices = someone.context.new_cdp_session(someone.page)
    devices.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def log_out(someone: Person) -> None:
    someone.go("/account")
    someone.page.get_by_role("button", name="退出").click()
    someone.look("log out zh-CN")
    someone.page.get_by_role("button", name="退出").click()
    expect(someone.page.get_by_role("heading", level=1)).to_have_text("已退出登录")
    someone.go("/account")
    expect(someone.page.get_by_label("用户名")).to_be_visible()


@pytest.mark.platform
def test_a_third_party_is_told_only_what_the_person_allows(
    browser: Browser, platform: Platform, citizen: dict[str, str], application: str
) -> None:
    register_application(platform, application)
    request = {
        "response_type": "code", "client_id": "tax-app", "redirect_uri": application, "scope": "openid profile phone",
        "state": "s", "nonce": "n", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }  # fmt: skip
    with person(browser, platform.base_url) as someone:
        page = someone.page
        for answer, expected in (("不同意", "error"), ("同意", "code")):
            someone.go(f"/oauth2/authorize?{urlencode(request)}")
            if page.locator("#password").count():
                page.fill("#username", citizen["username"])
                page.fill("#password", citizen["password"])
                page.click("main form button[type=submit] >> nth=0")
            expect(page.get_by_role("heading", level=1)).to_have_text("授权 随州税务办税")
            someone.look("consent zh-CN")
            page.get_by_role("button", name=answer, exact=True).click()
            page.wait_for_url(f"{application}?*")
            assert expected in parse_qs(urlsplit(page.url).query)
        someone.go(f"/oauth2/authorize?{urlencode(request)}")
        page.wait_for_url(f"{application}?*")
        someone.go("/account/consents")
        someone.look("consents zh-CN")
        page.get_by_role("button", name="撤回").click()
        expect(page.get_by_role("status")).to_contain_text("授权已撤回")
        someone.go(f"/oauth2/authorize?{urlencode(request)}")
        expect(page.get_by_role("heading", level=1)).to_have_text("授权 随州税务办税")


class Application(http.server.BaseHTTPRequestHandler):
    """Where a third party's application takes its answers."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>back</title>")

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def application() -> Iterator[str]:
    """The address of a third party's application."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/callback"
        server.shutdown()


def register_application(platform: Platform, address: str) -> None:
    admin = Caller(platform.base_url, "secadmin")
    admin.log_in("secadmin", PASSWORD)
    body = {
        "id": "tax-app", "kind": "application", "name": "随州税务办税", "owner_unit": "TAX-421300",
        "token_endpoint_auth_method": "client_secret_basic", "redirect_uris": [address],
        "contacts": ["0722-3300000"],
    }  # fmt: skip
    admin.json("POST", "/api/sso/v1/clients", json=body, expect=201)


@pytest.mark.platform
def test_everything_but_passkeys_works_without_scripts(
    browser: Browser, platform: Platform, citizen: dict[str, str]
) -> None:
    with person(browser, platform.base_url, java_script_enabled=False) as someone:
        page = someone.page
        someone.log_in(citizen["username"], citizen["password"], "/account/password")
        page.fill("#current_password", citizen["password"])
        for field in ("#new_password", "#new_password_again"):
            page.fill(field, "eight rivers and a bridge")
        page.click("main form button[type=submit]")
        expect(page.get_by_role("status")).to_contain_text("密码已修改")
        with person(browser, platform.base_url, java_script_enabled=False) as elsewhere:
            elsewhere.log_in(citizen["username"], "eight rivers and a bridge")
            on_account(elsewhere.page)
            someone.go("/account/sessions")
            someone.look("sessions without scripts zh-CN")
            page.get_by_role("button", name=re.compile("结束 ")).click()
            expect(page.get_by_role("status")).to_contain_text("已结束")
            elsewhere.go("/account")
            expect(elsewhere.page.get_by_label("用户名")).to_be_visible()
        assert page.get_by_role("button", name="创建通行密钥").count() == 0
        log_out(someone)
