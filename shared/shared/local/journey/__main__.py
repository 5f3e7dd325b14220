"""Plays the journey against a running platform: `BASE_URL=http://localhost:8000 python -m shared.local.journey`."""

import os
import sys
import time

import httpx

from shared.local.journey.complaint import step_complaint, step_items, step_logout, step_proof
from shared.local.journey.establishment import (
    Journey,
    step_account,
    step_application,
    step_decision,
    step_name,
    step_record,
)
from shared.local.journey.listing import step_listing
from shared.local.journey.people import Difference, Person, say

STEPS = (
    step_account,
    step_name,
    step_application,
    step_decision,
    step_record,
    step_complaint,
    step_listing,
    step_items,
    step_logout,
    step_proof,
)


def play(base_url: str) -> Journey:
    """The whole journey; Difference at the first step that does not go as it should."""
    journey = Journey(base_url, Person(base_url, "citizen"), Person(base_url, "consumer"))
    for step in STEPS:
        say(f"\n{(step.__doc__ or '').splitlines()[0]}")
        step(journey)
    return journey


def main() -> int:
    """The exit status: 0 when everything went as it should."""
    base_url = os.environ.get("BASE_URL") or f"http://localhost:{os.environ.get('PORT', '8000')}"
    started = time.monotonic()
    try:
        play(base_url)
    except (Difference, httpx.HTTPError) as exc:
        say(f"\n✗ {exc}")
        return 1
    say(f"\n✓ The whole journey went as it should, in {time.monotonic() - started:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
