"""The gateway's pages in a real browser: the way in, the search, the state of the services, trying calls."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from shared.local.journey.people import Person as Caller
from shared.local.journey.people import new_identity
from tests.browser.eyes import chromium, person
from tests.support.platform import Platform

PATHS = {"landing": "/", "search": "/search?q=企业", "empty search": "/search", "status": "/status"}
RESERVATION = '{"region": "421303", "trade_name": "%s", "industry_code": "C15", "organisation_form": "有限公司"}'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.platform
@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "light"), ("zh-CN", "dark"), ("en-GB", "light")])
@pytest.mark.parametrize("width", [1000, 360])
def test_the_pages_can_be_read_and_reached(
    browser: Browser, platform: Platform, language: str, scheme: str, width: int
) -> None:
    how = {"locale": language, "color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    with person(browser, platform.base_url, **how) as someone:
        for name, path in PATHS.items():
            someone.go(path)
            someone.look(f"{name} {language} {scheme} {width}")


@pytest.mark.platform
def test_searching_needs_no_script(browser: Browser, platform: Platform) -> None:
    with person(browser, platform.base_url, java_script_enabled=False) as someone:
        someone.go("/")
        someone.page.get_by_role("searchbox").fill("设立")
        someone.page.keyboard.press("Enter")
        expect(someone.page).to_have_url(re.compile(r"/search\?q="))
        expect(someone.page.get_by_role("link", name="企业设立登记")).to_be_visible()


@pytest.mark.platform
def test_a_developer_logs_in_and_tries_calls(browser: Browser, platform: Platform) -> None:
    identity = new_identity() | {"name": "张伟"}
    Caller(platform.base_url, "developer").json("POST", "/api/sso/v1/accounts", json=identity, expect=201, quiet=True)
    with person(browser, platform.base_url, locale="en-GB", viewport={"width": 1000, "height": 900}) as someone:
        page = someone.page
        someone.go("/docs")
        expect(page.get_by_text("Not logged in")).to_be_visible()
        someone.log_in(identity["username"], identity["password"], "/session/login?return_to=/docs")
        expect(page.get_by_text("You try as")).to_contain_text("张伟")
        operation = page.locator(
            "details[data-operation]", has=page.get_by_text("POST /api/services/v1/name-reservations")
        )
        operation = operation.filter(
            has=page.locator("code", has_text=re.compile(r"^/api/services/v1/name-reservations$"))
        )
        operation = operation.first
        operation.locator("summary").first.click()
        form = operation.locator("form")
        form.get_by_label("Body").fill(RESERVATION % "试")
        form.get_by_role("button", name="Send").click()
        expect(form.get_by_role("status")).to_contain_text(re.compile(r"4\d\d"))
        form.get_by_label("Body").fill(RESERVATION % "霁晗沐禾")
        form.get_by_role("button", name="Send").click()
        expect(form.get_by_role("status")).to_contain_text("201")
        expect(form.get_by_role("status")).to_contain_text("随州霁晗沐禾酒业有限公司")
        expect(form.locator("pre").first).to_contain_text("X-CSRF: 1")
        form.get_by_text("curl", exact=True).click()
        someone.look("reference with a call")
        page.get_by_label("Access token").fill("not a token")
        form.get_by_role("button", name="Send").click()
        expect(form.get_by_role("status")).to_contain_text("invalid_token")
