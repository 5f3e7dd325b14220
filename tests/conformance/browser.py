"""A browser without scripts: cookies, redirects, and the forms of whatever page a provider shows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

MOST_STEPS = 15
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REFUSALS = ("cancel", "deny", "refuse", "reject", "abort", "no")


@dataclass
class Form:
    """A form: where it goes, what its fields hold, and the buttons which send it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)

    @property
    def asks_password(self) -> bool:
        return "password" in self.kinds.values()

    @property
    def is_automatic(self) -> bool:
        """Whether a script of the page would send it without anyone's doing."""
        return not self.buttons and not any(kind != "hidden" for kind in self.kinds.values())

    def named(self, *, refuses: bool) -> dict[str, str] | None:
        """The first button which agrees, or the one which refuses; None when there is none such."""
        found = [b for b in self.buttons if _refuses(b) == refuses]
        return found[0] if found else None


def _refuses(button: dict[str, str]) -> bool:
    return (button.get("value") or "").lower() in REFUSALS or (button.get("name") or "").lower() in REFUSALS


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.links: list[str] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").upper())
            self.forms.append(self._open)
            self.by_id[given.get("id", "")] = self._open
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in ("input", "button"):
            form = self.by_id.get(given["form"]) if "form" in given else self._open
            if form is not None:
                self._control(form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    @staticmethod
    def _control(form: Form, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "submit" if tag == "button" else "text").lower()
        if kind in ("submit", "image"):
            form.buttons.append(given)
        elif kind in ("checkbox", "radio") and "checked" not in given:
            form.kinds.setdefault(given.get("name", ""), kind)
        elif "name" in given and kind != "button":
            form.fields[given["name"]] = given.get("value", "")
            form.kinds[given["name"]] = kind


@dataclass(frozen=True)
class Page:
    """A page which the provider shows."""

    status: int
    url: str
    text: str
    forms: list[Form]
    links: list[str]


@dataclass(frozen=True)
class Landing:
    """The browser was sent to an address of the application; `params` stand in its query, `fragment` after the #."""

    address: str
    params: dict[str, str]
    fragment: str
    status: int


Shown = Page | Landing


class Browser:
    """One person's browser. `stays_at` is the origin of the provider; whatever lies elsewhere is not fetched,
    nor what begins with `stops_at`."""

    def __init__(self, http: httpx.Client, stays_at: str, stops_at: str | None = None) -> None:
        self.http, self.origin, self.stops_at = http, stays_at, stops_at
        self.asked: list[str] = []

    def open(self, url: str) -> Shown:
        """Goes to an address and on to where it leads."""
        return self._follow(self.http.get(url))

    def post(self, url: str, fields: dict[str, str]) -> Shown:
        """Sends a form which stands nowhere."""
        return self._follow(self.http.post(url, data=fields))

    def send(self, page: Page, form: Form, button: dict[str, str] | None = None, **filled: str) -> Shown:
        """Fills a form and sends it."""
        fields = form.fields | filled
        if button and button.get("name"):
            fields[button["name"]] = button.get("value", "")
        url = urljoin(page.url, form.action)
        if form.method == "POST":
            return self._follow(self.http.post(url, data=fields, headers={"Origin": self.origin, "Referer": page.url}))
        return self._follow(self.http.get(url, params=fields))

    def _follow(self, answer: httpx.Response) -> Shown:
        for _ in range(MOST_STEPS):
            if answer.status_code not in REDIRECTS:
                return _page(answer)
            target = urljoin(str(answer.url), answer.headers["location"])
            parts = urlsplit(target)
            leaves = f"{parts.scheme}://{parts.netloc}" != self.origin
            if leaves or (self.stops_at is not None and target.startswith(self.stops_at)):
                params = dict(parse_qsl(parts.query, keep_blank_values=True))
                return Landing(target.partition("?")[0], params, parts.fragment, answer.status_code)
            answer = self.http.get(target)
        raise AssertionError("the provider sends the browser in circles")


def _page(answer: httpx.Response) -> Page:
    reader = _Reader()
    if "html" in answer.headers.get("content-type", ""):
        reader.feed(answer.text)
    return Page(answer.status_code, str(answer.url), answer.text, reader.forms, reader.links)


@dataclass(frozen=True)
class Person:
    """Someone who logs in by user name and password, and by a code of an authenticator where there is one; and who
    agrees to what an application asks."""

    username: str
    password: str
    code: Callable[[], str] | None = None

    def walk(self, browser: Browser, shown: Shown) -> Shown:
        """Answers page after page until the application is reached, or a page asks for nothing more."""
        for _ in range(MOST_STEPS):
            if isinstance(shown, Landing) or not shown.forms:
                return shown
            form = next((f for f in shown.forms if f.asks_password), shown.forms[0])
            if form.is_automatic:
                shown = browser.send(shown, form)
            elif form.asks_password:
                browser.asked.append("login")
                filled = {name: self._fill(kind) for name, kind in form.kinds.items() if kind in ("text", "password")}
                shown = browser.send(shown, form, form.named(refuses=False), **filled)
            elif self.code is not None and "code" in form.fields:
                shown = browser.send(shown, form, form.named(refuses=False), code=self.code())
            elif form.named(refuses=False) is not None:
                browser.asked.append("consent")
                shown = browser.send(shown, form, form.named(refuses=False))
            else:
                return shown
        return shown

    def _fill(self, kind: str) -> str:
        return self.password if kind == "password" else self.username

    def refuse(self, browser: Browser, shown: Shown) -> Shown:
        """Says no at the first page which lets one."""
        for _ in range(MOST_STEPS):
            if isinstance(shown, Landing):
                return shown
            link = next((each for each in shown.links if any(word in each for word in REFUSALS[:5])), None)
            if link is not None:
                return browser.open(urljoin(shown.url, link))
            for form in shown.forms:
                button = form.named(refuses=True)
                if button is not None:
                    return browser.send(shown, form, button)
            if not shown.forms or not shown.forms[0].asks_password:
                return shown
            filled = {n: self._fill(k) for n, k in shown.forms[0].kinds.items() if k in ("text", "password")}
            shown = browser.send(shown, shown.forms[0], shown.forms[0].named(refuses=False), **filled)
        return shown
