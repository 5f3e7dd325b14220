"""Tokens for clients whose signed calls hold: svc-sso makes them, with the gateway named as the one who acts."""

import time

from gateway.signatures.errors import SigningForbidden
from shared.outbound import Outbound, UpstreamProblem

PATH = "/v1/internal/client-tokens"
RENEW_BEFORE_SECONDS = 15
MOST_KEPT = 5_000
SETTLING_SECONDS = 2.0


class ClientTokens:
    """Kept for two minutes at most, the life of such a token."""

    def __init__(self, outbound: Outbound) -> None:
        self.outbound = outbound
        self._kept: dict[tuple[str, str], tuple[float, str]] = {}
        self._changed: dict[str, float] = {}

    async def token(self, client_id: str, audience: str) -> str:
        """A token of the client for `audience`. Raises SigningForbidden, DependencyUnavailable."""
        kept = self._kept.get((client_id, audience))
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        try:
            answer = await self.outbound.post("sso", PATH, json={"client_id": client_id, "audience": audience})
        except UpstreamProblem as exc:
            raise SigningForbidden(issuer_error=exc.code) from exc
        token = str(answer["access_token"])
        if self._changed.get(client_id, 0.0) > time.monotonic():
            return token  # made in the second of a change, it may be refused with those from before
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        until = time.monotonic() + float(answer["expires_in"]) - RENEW_BEFORE_SECONDS
        self._kept[client_id, audience] = (until, token)
        return token

    def forget(self, client_id: str) -> None:
        """Drops what is kept of a client that changed."""
        self._changed = {key: until for key, until in self._changed.items() if until > time.monotonic()}
        self._changed[client_id] = time.monotonic() + SETTLING_SECONDS
        for key in [key for key in self._kept if key[0] == client_id]:
            del self._kept[key]
