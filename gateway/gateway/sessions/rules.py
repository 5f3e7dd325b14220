"""What holds for sessions of browsers, without I/O."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.sessions.errors import ProviderLied
from shared.auth import at_least

LOCAL_PATH = re.compile(r"^/(?![/\\])[^\\\x00-\x20\x7f]*$")
MAX_RETURN_TO = 2048
TOKEN_SECONDS = 120  # longest time a token for one service is used
SPARE_SECONDS = 10  # a token is given up this long before it expires
STEP_UP_LEEWAY = 30  # seconds in which the way back from the log-in page is walked
RENEW_SECONDS = 62  # with less left it is renewed in the background: a provider away for a minute hurts nobody


def local_path(return_to: str | None) -> str:
    """`return_to` when it is a path on this site, else "/": a log-in link must not lead elsewhere (CWE-601)."""
    if return_to is None or len(return_to) > MAX_RETURN_TO or not LOCAL_PATH.match(return_to):
        return "/"
    return return_to


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636, 4.2)."""
    return unpadded(hashlib.sha256(verifier.encode()).digest())


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def hash_of(secret: str | bytes) -> bytes:
    """What is stored of a cookie or state: a thief of the table can't use it. 256 random bits need no salt."""
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).digest()


def check_id_token(claims: Mapping[str, Any], *, client_id: str, nonce: str, access_token: str) -> None:
    """What OpenID Connect Core 3.1.3.7 asks beyond signature, issuer, audience and times. Raises ProviderLied."""
    audience = claims.get("aud")
    if audience not in (client_id, [client_id]):
        raise ProviderLied("The ID token is also, or only, for someone else.")
    if "azp" in claims and claims["azp"] != client_id:
        raise ProviderLied("The ID token was issued to another client.")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise ProviderLied("The ID token answers another log-in.")
    digest = hashlib.sha256(access_token.encode()).digest()
    if "at_hash" in claims and claims["at_hash"] != unpadded(digest[:16]):
        raise ProviderLied("The ID token belongs to another access token.")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise ProviderLied("The ID token names nobody.")


def check_step_up(claims: Mapping[str, Any], *, acr: str | None, max_age: int | None, now: float) -> None:
    """What RFC 9470 asks of the answer to a step-up: as strong and as fresh as asked for. Raises ProviderLied."""
    if acr is not None and not at_least(claims.get("acr"), acr):
        raise ProviderLied("The log-in is weaker than asked for.")
    if max_age is None:
        return
    at = claims.get("auth_time")
    if not isinstance(at, int | float) or now - at > max_age + STEP_UP_LEEWAY:
        raise ProviderLied("The log-in is older than asked for.")


def is_over(now: datetime, *, expires_at: datetime, last_seen_at: datetime, idle: timedelta) -> bool:
    """Whether a session has come to its end, by its greatest age or by disuse."""
    return now >= expires_at or now >= last_seen_at + idle


def token_times(now: float, expires_in: float) -> tuple[float, float]:
    """When to renew a service token and when to stop using it, on the clock that `now` is of."""
    end = now + min(expires_in - SPARE_SECONDS, TOKEN_SECONDS)
    return max(end - RENEW_SECONDS, now), end
