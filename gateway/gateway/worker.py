"""What the gateway does beside answering requests; `python -m gateway.worker` runs it alone."""

import asyncio

from gateway.hub import handlers as hub
from gateway.limits.settling import SWEEPS as QUOTAS
from gateway.sessions.handlers import WORK as SESSIONS
from gateway.settings import GatewaySettings
from gateway.signatures import nonces as signatures
from gateway.webhooks import handlers as webhooks
from gateway.webhooks.deliverer import deliver_forever
from shared.inbox import Part, Work
from shared.runtime import make_runtime
from shared.worker import work_alone

WORK = Work(
    handlers=[*SESSIONS.handlers, *webhooks.HANDLERS],
    sweeps=[*SESSIONS.sweeps, *hub.SWEEPS, *QUOTAS, *webhooks.SWEEPS, *signatures.SWEEPS],
    parts=[Part("webhooks", deliver_forever)],
)

if __name__ == "__main__":
    asyncio.run(work_alone(make_runtime("gateway", GatewaySettings()), WORK))
