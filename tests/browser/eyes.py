"""Looking at a page: what a screen reader needs, contrast, and what the browser refused."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
CHROMIUM = "/usr/bin/chromium"
TALLEST = 16_000
"""Pixels; of a taller page only what is seen first is kept: no image of the browser holds more."""
LOWEST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, level AA."""

LOOK = """
() => {
  const faults = [];
  const closed = [...document.querySelectorAll("details:not([open])")];
  for (const e of closed) e.open = true;  // what is folded up is looked at, too
  const visible = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
  const name = (e) => (e.getAttribute("aria-label") || (e.labels && e.labels.length ? e.labels[0].innerText : "")
    || e.innerText || "").trim();
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim()) faults.push("no title");
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
  for (const e of document.querySelectorAll("input:not([type=hidden]), button, a"))
    if (visible(e) && !name(e)) faults.push("no name: " + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll("th")) if (!e.scope) faults.push("th without scope");
  const ids = [...document.querySelectorAll("[id]")].filter(visible).map((e) => e.id);
  if (new Set(ids).size !== ids.length) faults.push("an id stands twice");
  for (const e of document.querySelectorAll("[aria-describedby]"))
    for (const id of e.getAttribute("aria-describedby").split(" "))
      if (!document.getElementById(id)) faults.push("described by nothing: " + id);
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, below) => { const a = top[3] ?? 1; return [0, 1, 2].map((i) => top[i] * a + below[i] * (1 - a)); };
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    let base = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
    for (const layer of layers.reverse()) base = over(layer, base);
    return base;
  };
  const light = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => v / 255).map(
      (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !visible(e) || e.closest("svg")) continue;
    const back = ground(e), front = over(parse(getComputedStyle(e).color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < LOWEST) faults.push("contrast " + ratio.toFixed(2) + ": " + e.outerHTML.slice(0, 80));
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) faults.push("wider than the window");
  for (const e of closed) e.open = false;
  return faults;
}
""".replace("LOWEST)", f"{LOWEST_CONTRAST})")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS), headless=True)
        yield started
        started.close()


@dataclass
class Person:
    """Someone before a browser of his own."""

    context: BrowserContext
    base_url: str
    folder: Path
    page: Page
    refused: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Opens a path of the platform."""
        self.page.goto(self.base_url + path)

    def look(self, name: str) -> None:
        """Keeps a picture of the page, and fails for what a person could not read or reach."""
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=height <= TALLEST)
        if self.scripts:
            faults = self.page.evaluate(LOOK)
            assert not faults, f"{name}: {faults}"
        assert self.refused == [], name

    @property
    def scripts(self) -> bool:
        """Whether this browser runs scripts at all."""
        return bool(getattr(self.context, "runs_scripts", True))

    def log_in(self, username: str, password: str, path: str = "/account") -> None:
        """Goes to one of the own pages and fills in the log-in form that is in the way."""
        self.go(path)
        self.page.fill("#username", username)
        self.page.fill("#password", password)
        self.page.click("main form button[type=submit] >> nth=0")


@contextmanager
def person(browser: Browser, base_url: str, **how: Any) -> Iterator[Person]:
    """A browser with nothing in it, in Chinese unless told otherwise."""
    folder = Path(os.environ.get("SHOTS", ".data/browser"))
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(**{"locale": "zh-CN", "viewport": {"width": 1000, "height": 800}, **how})
    context.set_default_timeout(15_000)
    context.runs_scripts = how.get("java_script_enabled", True)  # type: ignore[attr-defined]
    page = context.new_page()
    someone = Person(context, base_url, folder, page)
    page.on("console", lambda said: someone.refused.append(said.text) if "Security Policy" in said.text else None)
    page.on("pageerror", lambda error: someone.refused.append(str(error)))
    try:
        yield someone
    finally:
        context.close()
