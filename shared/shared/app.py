"""The one way to make a service."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from shared import operations, problems, telemetry
from shared.auth import Public
from shared.inbox import Work
from shared.limits import BodyLimitMiddleware
from shared.runtime import Runtime, make_runtime
from shared.settings import ServiceSettings
from shared.worker import running, working

VERSION = "0.1.0"


@dataclass(frozen=True)
class Service:
    """What makes one service different from the others. `name` is its short name: audience and part of its URL."""

    name: str
    title: str
    description: str
    routers: Sequence[APIRouter]
    work: Work = field(default_factory=Work)
    tags: Sequence[dict[str, Any]] = ()
    operations_prefix: str = ""


def create_service(service: Service, settings: ServiceSettings) -> FastAPI:
    """The application of `service`: its routes, health, metrics, problems and, unless told otherwise, its worker."""
    telemetry.configure_logging(service.name, settings.log_level)
    runtime = make_runtime(service.name, settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(running(runtime))
            if settings.inline_worker:
                await stack.enter_async_context(working(runtime, service.work))
            yield

    app = FastAPI(
        title=service.title,
        description=service.description,
        version=VERSION,
        lifespan=lifespan,
        openapi_url=None,
        openapi_tags=list(service.tags),
        redirect_slashes=False,  # it would send people to the address of the service behind the gateway
    )
    app.state.runtime, app.state.service = runtime, service
    problems.install(app)
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(telemetry.TelemetryMiddleware)
    for router in (*service.routers, health_router(runtime), reference_router(), operations.router):
        if router is operations.router and service.operations_prefix:
            app.include_router(router, prefix=service.operations_prefix)
        else:  # the routes as they are: include_router would build each a second time, at the first request
            app.router.routes.extend(router.routes)
    app.openapi = lambda: openapi_of(app)  # type: ignore[method-assign]
    return app


def reference_router() -> APIRouter:
    """The service's description; made when first asked, in a thread, for it takes seconds where operations are many."""
    router = APIRouter(include_in_schema=False, dependencies=[Public])

    @router.get("/openapi.json")
    def describe(request: Request) -> Response:
        return JSONResponse(request.app.openapi())

    return router


def health_router(runtime: Runtime) -> APIRouter:
    """Live: the process answers. Ready: it can do its work, that is, its database answers; the broker may be away."""
    router = APIRouter(include_in_schema=False, dependencies=[Public])

    @router.get("/livez")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def ready(response: Response) -> dict[str, Any]:
        database = await _database_answers(runtime)
        broker = runtime.bus.is_connected
        response.status_code = 200 if database else 503
        state = "ok" if database and broker else "degraded" if database else "unavailable"
        return {"status": state, "checks": {"database": database, "broker": broker}}

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(telemetry.REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return router


async def _database_answers(runtime: Runtime) -> bool:
    try:
        async with runtime.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as exc:
        if problems.is_outage(exc):
            return False
        raise
    return True


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with refusals under their own media type."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        for operations_ in document["paths"].values():
            for operation in operations_.values():
                _mark_problems(operation["responses"])
        app.openapi_schema = document
    return app.openapi_schema


def _mark_problems(responses: dict[str, Any]) -> None:
    """A refusal is a problem document whatever the route answers else; a route of pages may refuse by a page too."""
    for response in responses.values():
        content = response.get("content", {})
        refusals = [name for name, of in content.items() if of.get("schema", {}).get("$ref", "").endswith("/Problem")]
        for name in refusals:
            content[problems.MEDIA_TYPE] = content.pop(name)
            if name == "text/html":
                content[name] = {"schema": {"type": "string"}}
