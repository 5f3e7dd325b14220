"""The services which svc-services calls, answering over real HTTP on a loopback port what a test tells them to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

PARTS = {"trade_name": "青禾", "industry_word": "酒业", "organisation_form": "有限公司"}
PROFILE = {"name": "张伟", "id_number": "421303199003071234", "phone": "13812345678"}


@dataclass
class Neighbours:
    """What the registry and single sign-on say; `away` names those which answer 503."""

    url: str = ""
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    calls: list[Any] = field(default_factory=list)
    unreadable: bool = False
    parts: dict[str, str] = field(default_factory=lambda: dict(PARTS))
    restrictions: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    forbidden: bool = False
    token: str = "exchanged"
    profile: dict[str, Any] = field(default_factory=lambda: dict(PROFILE))


def application(known: Neighbours) -> FastAPI:
    app = FastAPI()

    @app.post("/oauth2/token")
    async def token() -> dict[str, Any]:
        return {"access_token": known.token, "token_type": "Bearer", "expires_in": 300}

    @app.get("/v1/me/profile")
    async def profile(authorization: str = Header()) -> Any:
        known.calls.append(authorization)
        return JSONResponse({"code": "unavailable"}, 503) if "sso" in known.away else known.profile

    @app.post("/v1/name-comparisons")
    async def compare(body: dict[str, Any]) -> Any:
        known.calls.append(body)
        if "credit-registry" in known.away:
            return JSONResponse({"code": "unavailable"}, 503)
        if known.unreadable:
            return JSONResponse({"code": "invalid"}, 422)
        parts = {part: body.get(part, known.parts[part]) for part in PARTS}
        name = body.get("name") or "随州市" + "".join(parts.values())
        return {"name": name, "parts": parts, "verdicts": known.verdicts, "more": False}

    @app.post("/v1/restriction-checks")
    async def check(body: dict[str, Any]) -> Any:
        known.checks.append(body)
        if "credit-registry" in known.away or known.forbidden:
            return JSONResponse(
                {"code": "forbidden" if known.forbidden else "unavailable"}, 403 if known.forbidden else 503
            )
        return {"effect": "none", "items": [{"restrictions": known.restrictions}]}

    return app


@contextlib.asynccontextmanager
async def listening(app: Any) -> AsyncIterator[str]:
    """`app` on a free loopback port; its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", ws="none", log_level="warning")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event for it
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def neighbours() -> AsyncIterator[Neighbours]:
    """The neighbours on a free loopback port."""
    known = Neighbours()
    async with listening(application(known)) as known.url:
        yield known
