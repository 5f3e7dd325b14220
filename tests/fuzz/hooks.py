"""Loaded by schemathesis: keys for what may be repeated, and tokens of agencies' systems that do not run out."""

import json
import os
import random
import uuid
from typing import Any

import httpx
import schemathesis
from joserfc.jwk import ECKey

from tests.matrix.agencies import token

SECONDS = 200
AGENCY = os.environ.get("FUZZ_AGENCY")
"""The client of an agency, its key and the service it calls; empty for people."""
KEPT = 0.1
"""So many of the calls that begin something go out with the key, or without one, as it was made up."""


def _send(case: Any, name: str, value: str) -> None:
    if case.headers is None:
        case.headers = {}
    case.headers[name] = value


@schemathesis.hook
def before_call(context: Any, case: Any, arguments: Any) -> None:
    """Most calls get a key of their own: they would be refused for the key and never be looked at."""
    if case.method == "POST" and random.random() > KEPT:
        _send(case, "Idempotency-Key", str(uuid.uuid4()))


@schemathesis.serializer("application/x-ndjson")
def lines(context: Any, value: Any) -> bytes:
    """A file of rows, as it was made up."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


if AGENCY:

    @schemathesis.auth(refresh_interval=SECONDS)
    class Tokens:
        """A new token before the last one has run out."""

        def get(self, case: Any, context: Any) -> str:
            """A token for the service."""
            agency = json.loads(AGENCY or "")
            who = (agency["client"], agency["issuer"], ECKey.import_key(agency["key"]))
            with httpx.Client(base_url=agency["base_url"], timeout=20, trust_env=False) as http:
                return token(http, who, agency["audience"])

        def set(self, case: Any, data: str, context: Any) -> None:
            """Brings it with the call."""
            _send(case, "Authorization", f"Bearer {data}")
