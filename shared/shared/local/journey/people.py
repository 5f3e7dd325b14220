"""People with a browser: they log in by the form, keep their cookies and call the gateway."""

import functools
import random
import ssl
import sys
import time
import uuid
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

from shared.local.demo import NAMES, POOL, fresh_code, made_up_person

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
CODES_TRIED = 4
"""Another process may have used the codes of the present steps: then the next one is waited for."""
LONGEST_WAIT = 60
HAN = "云岚澄瑞泽锦禾霖沐昱宸曦朗煜桓岑溪珩砚栩楠舟芃蔚霁" + "峻澜颢璟彧骁翊旻晏皓"


class Difference(Exception):
    """What the platform did differs from what it should do."""


def say(text: str = "") -> None:
    """One line for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def check(holds: object, text: str) -> None:
    """Says that `text` holds, or stops the journey."""
    if not holds:
        raise Difference(text)
    say(f"     ✓ {text}")


class Form(HTMLParser):
    """The first form of a page: where it goes and what it carries."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._ended = False
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form" and self.action is None:
            self.action = found.get("action", "")
        if tag == "input" and not self._ended and found.get("name") and found.get("type") != "submit":
            self.fields[found["name"]] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._ended = self._ended or (tag == "form" and self.action is not None)


@functools.cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates are believed; read once, for it takes longer than a log-in."""
    return httpx.create_ssl_context(trust_env=False)


class Person:
    """Someone with a browser. `call` prints what is called and what came back."""

    def __init__(self, base_url: str, title: str) -> None:
        self.title = title
        spoken = {"Accept-Language": "zh-CN"}
        self.http = httpx.Client(base_url=base_url, timeout=20, headers=spoken, verify=_authorities(), trust_env=False)

    def log_in(self, username: str, password: str) -> dict[str, Any]:
        """The browser flow: gateway, log-in page of svc-sso, form, a code when it is asked for, back with a session."""
        page = self.http.get("/session/login", params={"return_to": "/"}, follow_redirects=True)
        if "password" not in Form(page.text).fields:
            raise Difference(f"{self.title}: no log-in form at {page.url} ({page.status_code})")
        answer = self._fill(page, username=username, password=password)
        for _ in range(CODES_TRIED):
            if "code" not in Form(answer.text).fields:
                break
            answer = self._fill(answer, code=fresh_code(str(self.http.base_url), username))
        who: dict[str, Any] = self.http.get("/session").json()
        say(
            f"  {self.title}: log-in by form as {username} → {answer.status_code}, authenticated {who['authenticated']}"
        )
        check(who["authenticated"], f"{username} is logged in")
        return who

    def _fill(self, page: httpx.Response, **values: str) -> httpx.Response:
        """Fills in the first form of a page and sends it; waits when too many have logged in from here of late."""
        form = Form(page.text)
        address, fields = urljoin(str(page.url), form.action or ""), form.fields | values
        headers = {"Origin": str(page.url.copy_with(path="", query=None)).rstrip("/")}
        answer = self.http.post(address, data=fields, headers=headers, follow_redirects=True)
        if answer.status_code == 429 and (wait := int(answer.headers.get("retry-after", "0"))) <= LONGEST_WAIT:
            say(f"  {self.title}: too many log-ins from this address; waiting {wait} s")
            time.sleep(wait)
            answer = self.http.post(address, data=fields, headers=headers, follow_redirects=True)
        return answer

    def call(
        self, method: str, path: str, *, expect: int = 200, quiet: bool = False, key: str | None = None, **content: Any
    ) -> httpx.Response:
        """One call; stops the journey when the status is not `expect`."""
        headers = {"X-CSRF": "1", **content.pop("headers", {})}
        if method == "POST":
            headers.setdefault("Idempotency-Key", key or str(uuid.uuid4()))
        response = self.http.request(method, path, headers=headers, **content)
        if not quiet:
            say(f"  {self.title}: {method} {path} → {response.status_code}")
        if response.status_code != expect:
            raise Difference(f"{method} {path}: {response.status_code} instead of {expect}: {response.text[:1500]}")
        return response

    def json(self, method: str, path: str, **content: Any) -> Any:
        """The JSON of `call`."""
        return self.call(method, path, **content).json()

    def edit(self, method: str, path: str, of: str, **content: Any) -> httpx.Response:
        """A call with If-Match: the version is read first from `of`."""
        etag = self.call("GET", of, quiet=True).headers["etag"]
        return self.call(method, path, headers={"If-Match": etag}, **content)

    def until(self, path: str, holds: Callable[[Any], bool], what: str, seconds: float = 15) -> tuple[Any, float]:
        """Reads `path` until it holds; what was read and how many seconds it took."""
        started = time.monotonic()
        while True:
            response = self.http.get(path)
            took = time.monotonic() - started
            if response.status_code == 200 and holds(response.json()):
                say(f"  {self.title}: GET {path} → 200 after {took:.2f} s")
                return response.json(), took
            if took > seconds:
                raise Difference(
                    f"{what} did not come within {seconds} s: {response.status_code} {response.text[:800]}"
                )
            time.sleep(0.03)


def new_identity() -> dict[str, str]:
    """A made-up person with a valid identity number (GB 11643), different each time."""
    day = f"{random.randint(1960, 2004)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"  # noqa: S311
    body = f"421303{day}{random.randint(0, 999):03d}"  # noqa: S311
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return {
        "id_number": body + CHECKS[total % 11],
        "phone": f"139{random.randint(0, 99_999_999):08d}",  # noqa: S311
        "username": f"u{uuid.uuid4().hex[:12]}",
        "password": f"Seven-rivers-{uuid.uuid4().hex[:6]}",
    }


def known_person(name: str) -> dict[str, str]:
    """One of those with this name whom the demo's population register knows. Raises Difference when it knows none."""
    if name not in NAMES:
        raise Difference(f"the demo's register knows nobody called {name}")
    index = NAMES.index(name) + len(NAMES) * random.randrange(POOL // len(NAMES))  # noqa: S311
    known, number = made_up_person(index)
    return {"name": known, "id_number": number}


def new_trade_name() -> str:
    """Four rare-ish characters, so that the journey can be played again and again."""
    return "".join(random.sample(HAN, 4))
