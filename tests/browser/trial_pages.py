"""The pages of svc-sso in a real browser, behind the gateway: `make browser-test`."""

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
from shared.local.journey.people import new_identity
from tests.browser.eyes import Person, chromium, person
from tests.support.platform import Platform

PAGES = ("", "/sessions", "/sign-ins", "/access", "/factors", "/consents", "/mandates", "/password")
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
