"""The gateway: one door for everyone. The data plane takes what belongs to the services, the rest is answered here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import State
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from gateway import routes
from gateway.access import visitor_of
from gateway.agencies.directory import Directory
from gateway.cache.service import make_cache
from gateway.contexts.routes import router as contexts
from gateway.drain import Drain
from gateway.front import Front
from gateway.hub.announcements import Board
from gateway.hub.asking import make_clients
from gateway.hub.routes import router as hub
from gateway.hub.status import Watch
from gateway.landing.routes import router as landing
from gateway.limits.identity import Identities, any_audience
from gateway.limits.policy import Limiter
from gateway.limits.routes import router as quotas
from gateway.limits.settling import settle_at_last, settle_forever
from gateway.pages.routes import router as pages
from gateway.proxy.journal import Journal
from gateway.proxy.plane import Plane
from gateway.reference.routes import router as reference
from gateway.reference.service import Reference
from gateway.sessions.provider import Provider
from gateway.sessions.routes import router as sessions
from gateway.sessions.store import SessionStore
from gateway.settings import GatewaySettings
from gateway.signatures.door import Door, is_signed
from gateway.signatures.tokens import ClientTokens
from gateway.webhooks.routes import router as webhooks
from gateway.worker import WORK
from shared import telemetry
from shared.app import Service, create_service
from shared.worker import end, forever

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Any]]


class Gateway:
    """The outer application: plain ASGI, so that a proxied call meets no framework."""

    def __init__(self, own: FastAPI, plane: Plane, front: Front, door: Door) -> None:
        self.own, self.plane, self.front, self.door = own, plane, front, door
        self.settings, self.drain = front.settings, front.drain

    @property
    def state(self) -> State:
        return self.own.state

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return self.own.routes

    def openapi(self) -> dict[str, Any]:
        """The gateway's own operations; `/openapi.json` adds those of the services."""
        return self.own.openapi()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_signed(scope):
            await self.door(self.inside, scope, receive, send)
        else:
            await self.inside(scope, receive, send)

    async def inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The way of every call once it is known who signed it."""
        if scope["type"] == "http" and routes.is_proxied(scope["raw_path"]):
            await self.plane(scope, receive, send)
        else:
            await self.front(scope, receive, send)


def create_app(settings: GatewaySettings | None = None) -> Gateway:
    """The gateway's application."""
    settings = settings or GatewaySettings()
    service = Service(
        name="gateway",
        title="一网 Yiwang 网关",
        description="Sessions of browsers, what spans the services, and the way to all of them.",
        routers=(sessions, contexts, hub, quotas, webhooks, landing, pages),
        work=WORK,
        operations_prefix="/api/hub",
    )
    own = create_service(service, settings)
    _replace_openapi(own)
    client = own.state.runtime.outbound.client
    own.state.settings = settings
    own.state.provider = Provider(settings, client)
    own.state.store = SessionStore(settings, own.state.runtime.sessions, own.state.provider)
    own.state.watch = Watch(settings.service_urls, client, settings.probe_seconds, own.state.runtime.sessions)
    own.state.hub_clients = make_clients(settings.service_urls)
    own.state.board = Board(own.state.hub_clients)
    own.state.visitor = visitor_of
    own.state.directory = Directory(own.state.runtime)
    tokens = ClientTokens(own.state.runtime.outbound)
    own.state.directory.told.append(tokens.forget)
    own.state.reference = Reference(settings, client, own.openapi)
    drain = Drain(settings.drain_seconds)
    limiter = own.state.limiter = Limiter(settings, own.state.directory)
    limiting = limiter, Identities(any_audience(settings.issuer, settings.jwks_url))
    cache = make_cache(settings.cache_bytes, settings.cache_body_limit, own.state.runtime.bus)
    cache.ears.others.append(own.state.board.hear)
    door = Door(limiter, own.state.runtime.sessions, own.state.directory, tokens)
    plane = Plane(settings, own.state.store, limiting, Journal(lines=settings.access_log), cache)
    own.router.lifespan_context = partial(_lifespan, own.router.lifespan_context, plane, own.state.watch, drain)
    return Gateway(own, plane, Front(own, settings, limiting, own.state.store, drain), door)


def _replace_openapi(own: FastAPI) -> None:
    """Puts the merged document where FastAPI would show the gateway's part alone."""
    own.router.routes[:] = [route for route in own.router.routes if getattr(route, "path", "") != "/openapi.json"]
    own.include_router(reference)


@contextlib.asynccontextmanager
async def _lifespan(kernel: Lifespan, plane: Plane, watch: Watch, drain: Drain, own: FastAPI) -> AsyncIterator[None]:
    """The kernel's start and stop, and within it the data plane and the watch over the services."""
    async with kernel(own):
        plane.open()
        telemetry.REGISTRY.register(plane.journal)
        telemetry.REGISTRY.register(plane.cache)
        watching = asyncio.create_task(watch.run(), name="watch")
        hearing = asyncio.create_task(forever("cache", plane.cache.ears.run), name="cache")
        settling = asyncio.create_task(settle_forever(own.state.limiter.counts, own.state.runtime.sessions))
        knowing = asyncio.create_task(forever("directory", own.state.directory.run), name="directory")
        try:
            with drain.on_sigterm():
                yield
        finally:
            watching.cancel()
            await end([hearing, knowing, settling])
            for each in own.state.hub_clients.values():
                await each.aclose()
            await settle_at_last(own.state.limiter.counts, own.state.runtime.sessions)
            plane.cache.close()
            telemetry.REGISTRY.unregister(plane.journal)
            telemetry.REGISTRY.unregister(plane.cache)
            plane.journal.flush()
            plane.close()
