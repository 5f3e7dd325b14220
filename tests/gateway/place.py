"""A gateway between browsers, a provider and a service."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.gateway.provider import Provider
from tests.gateway.support import Upstream
from tests.support.tokens import ISSUER

API = "/api/complaints/v1/complaints"
CSRF = {"X-CSRF": "1"}


@dataclass
class Place:
    """A gateway with a provider and a service behind it."""

    port: int
    provider: Provider
    service: Upstream
    app: Any
    start_another: Callable[[], Awaitable[int]]

    def browser(self, port: int | None = None) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port or self.port}", timeout=20)

    async def begin(self, browser: httpx.AsyncClient, return_to: str = "/") -> dict[str, str]:
        """Begins a log-in; what the gateway asks the provider for."""
        answer = await browser.get("/session/login", params={"return_to": return_to})
        assert answer.status_code == 303, answer.text
        asked = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        self.provider.nonce = asked["nonce"]
        return asked

    async def log_in(self, browser: httpx.AsyncClient, return_to: str = "/", **changes: str) -> httpx.Response:
        asked = await self.begin(browser, return_to)
        back = {"code": "c0de", "state": asked["state"], "iss": ISSUER} | changes
        return await browser.get("/session/callback", params=back)

    async def who(self, browser: httpx.AsyncClient) -> dict[str, Any]:
        return dict((await browser.get("/session")).json())


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 2.0) -> None:
    """Waits until `check` holds, as long as the promise allows."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what is awaited happens in another process or row
            await asyncio.sleep(0.05)
