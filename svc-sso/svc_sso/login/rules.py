"""Small decisions of the log-in pages."""

import hashlib
import hmac
from collections.abc import Iterable

from svc_sso.factors.rules import CODE, KEY


def factor_of(amr: Iterable[str]) -> str:
    """The strongest thing which was shown, as the history of sign-ins names it."""
    shown = set(amr)
    if KEY in shown:
        return "passkey"
    return "code" if CODE in shown else "password"


def challenge_for(login_secret: str, request_id: str) -> bytes:
    """What a passkey signs to log in: for one browser and one request, which is answered once."""
    return hmac.new(login_secret.encode(), f"passkey {request_id}".encode(), hashlib.sha256).digest()
