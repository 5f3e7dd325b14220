"""Loaded by schemathesis when it plays an agency's system: a new token before the last one has run out."""

import json
import os
from typing import Any

import httpx
import schemathesis
from joserfc.jwk import ECKey

from tests.matrix.agencies import token

SECONDS = 200


@schemathesis.auth(refresh_interval=SECONDS)
class Tokens:
    """The client, its key and the service it calls stand in FUZZ_AGENCY."""

    def get(self, case: Any, context: Any) -> str:
        """A token for the service."""
        agency = json.loads(os.environ["FUZZ_AGENCY"])
        who = (agency["client"], agency["issuer"], ECKey.import_key(agency["key"]))
        with httpx.Client(base_url=agency["base_url"], timeout=20, trust_env=False) as http:
            return token(http, who, agency["audience"])

    def set(self, case: Any, data: str, context: Any) -> None:
        """Brings it with the call."""
        case.headers = (case.headers or {}) | {"Authorization": f"Bearer {data}"}
