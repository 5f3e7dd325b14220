"""Rotates the signing keys: `python -m svc_sso.rotate_keys`. No token is rejected for it."""

import asyncio
import sys

from shared.clock import now
from shared.runtime import make_runtime
from svc_sso.keys.service import rotate
from svc_sso.settings import Settings


async def run() -> str:
    """Rotates once; the kid that signs from now on."""
    runtime = make_runtime("sso", Settings())
    try:
        async with runtime.sessions.begin() as session:
            return await rotate(session, now())
    finally:
        await runtime.engine.dispose()


if __name__ == "__main__":
    sys.stdout.write(f"The key {asyncio.run(run())} signs from now on.\n")
