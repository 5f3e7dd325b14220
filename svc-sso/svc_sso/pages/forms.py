"""Tokens which bind a form to the browser that was given it."""

import hashlib
import hmac


def form_token(secret: str, purpose: str) -> str:
    """The token of a form: only the browser which holds the cookie `secret` was given one (ASVS 3.5.1)."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def is_form_token(given: str, secret: str | None, purpose: str) -> bool:
    """Whether `given` is the token of this browser's form."""
    return secret is not None and hmac.compare_digest(given.encode(), form_token(secret, purpose).encode())
