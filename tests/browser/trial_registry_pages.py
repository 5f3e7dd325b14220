"""The register's pages in a real browser: searching, and the record of an enterprise, without a script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from shared.codes import credit_code
from tests.browser.eyes import chromium, person
from tests.support.platform import Platform

DEMO, LISTED, DOUBTED = (credit_code.make("421303", 430_000_000 + number) for number in (0, 12, 14))
PATHS = {"search form": "/registry", "statistics": "/registry/statistics",
         "results": "/registry?q=随州", "nothing found": "/registry?q=无此企业",
         "wrong field": "/registry?established_year=abc",
         "typing error": "/registry?q=红光酒液", "listed": f"/registry/enterprises/{LISTED}",
         "doubted": f"/registry/enterprises/{DOUBTED}",
         "record": f"/registry/enterprises/{DEMO}", "no record": "/registry/enterprises/123"}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.platform
@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "light"), ("zh-CN", "dark"), ("en-GB", "light")])
@pytest.mark.parametrize("width", [1000, 360])
def test_the_register_can_be_read_and_reached(
    browser: Browser, platform: Platform, language: str, scheme: str, width: int
) -> None:
    how = {"locale": language, "color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    with person(browser, platform.base_url, **how) as someone:
        for name, path in PATHS.items():
            someone.go(path)
            someone.look(f"registry {name} {language} {scheme} {width}")


@pytest.mark.platform
def test_an_enterprise_is_found_and_read_without_a_script(browser: Browser, platform: Platform) -> None:
    with person(browser, platform.base_url, locale="zh-CN", java_script_enabled=False) as someone:
        page = someone.page
        someone.go("/registry")
        page.get_by_role("searchbox").fill("随州")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/registry\?"))
        page.locator(".hits a").first.click()
        expect(page.get_by_text("统一社会信用代码")).to_be_visible()
        page.get_by_role("link", name="English").click()
        expect(page.get_by_text("Unified social credit code")).to_be_visible()


@pytest.mark.platform
def test_results_are_narrowed_by_what_they_have(browser: Browser, platform: Platform) -> None:
    with person(browser, platform.base_url, locale="en-GB") as someone:
        page = someone.page
        someone.go("/registry?q=随州")
        page.locator(".narrower summary").click()
        someone.look("registry narrowing")
        page.get_by_role("list", name="By industry").get_by_role("link").first.click()
        expect(page).to_have_url(re.compile("industry="))
        expect(page.get_by_label("Industry", exact=True)).not_to_have_value("")


@pytest.mark.platform
def test_a_record_is_found_and_opened_by_keyboard_alone(browser: Browser, platform: Platform) -> None:
    with person(browser, platform.base_url, locale="zh-CN") as someone:
        page, focus = someone.page, someone.page.locator(":focus")
        someone.go("/registry?q=演示食品")
        page.keyboard.press("Tab")
        expect(focus).to_have_text("跳到正文")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("#content$"))
        reach(page, ".hits a")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"/registry/enterprises/{LISTED}"))
        reach(page, "summary")
        page.keyboard.press("Enter")
        expect(page.locator("details[open]")).to_have_count(1)


def reach(page: Page, selector: str) -> None:
    """Presses Tab until the focus is on what `selector` names; fails when it never comes there."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")
