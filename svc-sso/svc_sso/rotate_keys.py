"""Rotates the signing keys: `python -m svc_sso.rotate_keys [--now | --emergency]`. No valid token is rejected for it.

The keys which come next have been in the key set for `SSO_KEYS_AHEAD_HOURS` by then, so that whoever caches the set
knows them; `--now` does not wait for that. `--emergency` is for a key which has leaked: it and the next one are
withdrawn at once with all tokens which they signed, and people's sessions go on by a refresh.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta

from shared.clock import now
from shared.runtime import make_runtime
from svc_sso.keys.errors import TooFresh
from svc_sso.keys.service import replace, rotate
from svc_sso.settings import Settings


async def run(settings: Settings, *, at_once: bool = False, emergency: bool = False) -> str:
    """Rotates once; the kid that signs access tokens from now on. Raises TooFresh."""
    runtime = make_runtime("sso", settings)
    ahead = timedelta(0) if at_once else timedelta(hours=settings.keys_ahead_hours)
    try:
        async with runtime.sessions.begin() as session:
            return await (replace(session, now()) if emergency else rotate(session, now(), ahead))
    finally:
        await runtime.engine.dispose()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 when the next keys are too fresh."""
    parser = argparse.ArgumentParser(prog="python -m svc_sso.rotate_keys", description="Rotates the signing keys.")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--now", action="store_true", help="do not wait until everybody knows the next keys")
    how.add_argument("--emergency", action="store_true", help="a key has leaked: refuse everything that it signed")
    chosen = parser.parse_args(arguments)
    try:
        kid = asyncio.run(run(Settings(), at_once=chosen.now, emergency=chosen.emergency))
    except TooFresh as early:
        sys.stdout.write(f"{early} Nothing was changed; --now does it all the same.\n")
        return 1
    sys.stdout.write(f"The key {kid} signs from now on.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
