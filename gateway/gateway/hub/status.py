"""How the services stand: each is asked for its readiness every few seconds, whoever wants to know."""

import asyncio
import logging
from datetime import datetime
from typing import Any

import httpx

from gateway.hub.schemas import PlatformStatus, ServiceState, State
from shared.clock import now

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 2.0


class Watch:
    """Probes `/readyz` of each service for as long as it runs; `came_back` counts the times a service returned."""

    def __init__(self, urls: dict[str, str], client: httpx.AsyncClient, every: float) -> None:
        self.urls, self.client, self.every = urls, client, every
        self.came_back = 0
        self._states: dict[str, tuple[State, datetime | None]] = dict.fromkeys(urls, ("unknown", None))

    async def run(self) -> None:
        while self.every:
            await asyncio.gather(*(self._probe(service) for service in self.urls))
            await asyncio.sleep(self.every)

    async def _probe(self, service: str) -> None:
        state = await self._ask(service)
        before = self._states[service][0]
        if state != before:
            log.info("service state", extra={"upstream": service, "state": state, "before": before})
            self.came_back += state in ("ok", "degraded")
        self._states[service] = (state, now())

    async def _ask(self, service: str) -> State:
        try:
            response = await self.client.get(f"{self.urls[service]}/readyz", timeout=DEADLINE_SECONDS)
            told: Any = response.json().get("status")
        except (httpx.HTTPError, ValueError, AttributeError):
            return "down"
        if response.status_code != 200:
            return "down"
        return "degraded" if told == "degraded" else "ok"

    def status(self) -> PlatformStatus:
        states = [ServiceState(service=s, state=state, checked_at=at) for s, (state, at) in self._states.items()]
        kinds = {entry.state for entry in states}
        overall: State = "degraded"
        if len(kinds) == 1:
            overall = kinds.pop()
        return PlatformStatus(status=overall, services=states)
