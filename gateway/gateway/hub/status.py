"""How the services stand: each is asked for its readiness every few seconds, whoever wants to know."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.hub import queries
from gateway.hub.schemas import Incident, PlatformStatus, ServiceState, State
from shared.clock import now
from shared.db import Sessions
from shared.problems import is_outage

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 2.0
SHOWN_DAYS = 14
FEW = 50


@dataclass
class Standing:
    """What is known of one service. `probes` counts those with this state; `noted` is the state on record."""

    state: State = "unknown"
    since: datetime | None = None
    checked_at: datetime | None = None
    probes: int = 0
    noted: State = "unknown"


class Watch:
    """Probes `/readyz` of each service for as long as it runs; `came_back` counts the times a service returned."""

    def __init__(
        self, urls: dict[str, str], client: httpx.AsyncClient, every: float, sessions: Sessions | None = None
    ) -> None:
        self.urls, self.client, self.every, self.sessions = urls, client, every, sessions
        self.came_back = 0
        self._standings = {service: Standing() for service in urls}

    async def run(self) -> None:
        while self.every:
            await asyncio.gather(*(self._probe(service) for service in self.urls))
            await self.note()
            await asyncio.sleep(self.every)

    async def _probe(self, service: str) -> None:
        state, standing = await self._ask(service), self._standings[service]
        at = now()
        if state != standing.state:
            log.info("service state", extra={"upstream": service, "state": state, "before": standing.state})
            self.came_back += state in ("ok", "degraded")
            standing.state, standing.since, standing.probes = state, at, 0
        standing.checked_at = at
        standing.probes += 1

    async def _ask(self, service: str) -> State:
        try:
            response = await self.client.get(f"{self.urls[service]}/readyz", timeout=DEADLINE_SECONDS)
            told: Any = response.json().get("status")
        except (httpx.HTTPError, ValueError, AttributeError):
            return "down"
        if response.status_code != 200:
            return "down"
        return "degraded" if told == "degraded" else "ok"

    async def note(self) -> None:
        """Records incidents: from the second bad probe on (a restart is none), until a good one.

        A database that is away is told at the next round; what was recorded by a process that died is ended by the
        first good probe of the next.
        """
        changed = {name: one for name, one in self._standings.items() if one.state != one.noted and _counts(one)}
        if not changed or self.sessions is None:
            return
        try:
            async with self.sessions() as session, session.begin():
                for service, standing in changed.items():
                    at = standing.since or now()
                    if standing.state == "ok":
                        await queries.end_incident(session, service, at)
                    else:
                        await queries.open_incident(session, service, standing.state, at)
        except (DBAPIError, PoolTimeout, OSError) as exc:
            if not is_outage(exc):
                raise
            return
        for standing in changed.values():
            standing.noted = standing.state

    def status(self) -> PlatformStatus:
        """What the probes say, without the record."""
        states = [
            ServiceState(service=name, state=one.state, since=one.since, checked_at=one.checked_at)
            for name, one in self._standings.items()
        ]
        kinds = {entry.state for entry in states}
        overall: State = "degraded"
        if len(kinds) == 1:
            overall = kinds.pop()
        return PlatformStatus(status=overall, services=states)

    async def history(self) -> PlatformStatus:
        """The same with the incidents of the last days; without them, and saying so, when they can't be read."""
        told = self.status()
        try:
            if self.sessions is not None:
                async with self.sessions() as session:
                    rows = await queries.incidents(session, now() - timedelta(days=SHOWN_DAYS), FEW)
                told.incidents = [Incident.model_validate(row, from_attributes=True) for row in rows]
        except (DBAPIError, PoolTimeout, OSError) as exc:
            if not is_outage(exc):
                raise
            told.incidents_known = False
        return told


def _counts(standing: Standing) -> bool:
    return standing.state == "ok" or (standing.state != "unknown" and standing.probes > 1)
