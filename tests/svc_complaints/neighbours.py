"""The services which svc-complaints and svc-sso call: over real HTTP they answer what a test tells them to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

from shared.codes import credit_code

ZENGDU = credit_code.make("421303", 20_001)
SUIXIAN = credit_code.make("421321", 20_002)
UNKNOWN = credit_code.make("421303", 99_999)


@dataclass
class Neighbours:
    """What the registry, the catalogue of matters and single sign-on know; `away` names those which answer 503."""

    url: str = ""
    enterprises: dict[str, dict[str, Any]] = field(default_factory=dict)
    matters: dict[str, str] = field(default_factory=dict)
    phone: str | None = "13812345678"
    away: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)


def application(known: Neighbours) -> FastAPI:
    app = FastAPI()

    @app.post("/oauth2/token")
    async def token() -> dict[str, Any]:
        return {"access_token": "exchanged", "token_type": "Bearer", "expires_in": 300}

    @app.get("/v1/me/profile")
    async def profile(authorization: str = Header()) -> Any:
        known.calls.append(f"profile {authorization}")
        if "sso" in known.away:
            return JSONResponse({"code": "unavailable"}, 503)
        return {"name": "李娜", "id_number": "420106199003071234", "phone": known.phone}

    @app.get("/v1/enterprises/{code}")
    async def enterprise(code: str) -> Any:
        known.calls.append(f"enterprise {code}")
        if "credit-registry" in known.away:
            return JSONResponse({"code": "unavailable"}, 503)
        if code not in known.enterprises:
            return JSONResponse({"code": "enterprise_unknown"}, 404)
        return known.enterprises[code]

    @app.get("/v1/matters")
    async def matters(cursor: int = 0) -> Any:
        return catalogue(known, cursor)

    return app


def catalogue(known: Neighbours, cursor: int) -> Any:
    """One matter on a page: who reads the catalogue reads all of it."""
    if "services" in known.away:
        return JSONResponse({"code": "unavailable"}, 503)
    codes = sorted(known.matters)
    items = [{"code": code, "name": known.matters[code], "name_en": f"The matter {code}"} for code in codes]
    more = {"next_cursor": str(cursor + 1)} if cursor + 1 < len(items) else {}
    return {"items": items[cursor : cursor + 1], **more}


@contextlib.asynccontextmanager
async def listening(app: Any) -> AsyncIterator[str]:
    """`app` on a free loopback port; its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", ws="none", log_level="warning")
    )
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event for it
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def neighbours() -> AsyncIterator[Neighbours]:
    """Neighbours which know one enterprise in Zengdu and one in Suixian."""
    known = Neighbours()
    for code, name, region in (
        (ZENGDU, "随州红光商贸有限公司", "421303"),
        (SUIXIAN, "随县明月食品有限公司", "421321"),
    ):
        known.enterprises[code] = {"code": code, "name": name, "region": region, "status": "registered"}
    async with listening(application(known)) as known.url:
        yield known
