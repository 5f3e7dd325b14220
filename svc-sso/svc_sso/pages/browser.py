"""Where a request comes from."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request


@dataclass(frozen=True)
class Browser:
    """Where a log-in comes from."""

    address: str
    user_agent: str


def get_browser(request: Request) -> Browser:
    """Where the request comes from. The gateway writes X-Forwarded-For anew; only its last entry is believed."""
    forwarded = request.headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()
    address = forwarded or (request.client.host if request.client else "")
    return Browser(address, request.headers.get("user-agent", ""))


BrowserDep = Annotated[Browser, Depends(get_browser)]
