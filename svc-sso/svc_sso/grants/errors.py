"""Refusals at the token endpoint (RFC 6749, 5.2; RFC 8693, 2.2.2)."""

from svc_sso.clients.errors import InvalidClient, OAuthError

__all__ = ["InvalidClient", "InvalidGrant", "InvalidRequest", "InvalidTarget", "OAuthError"]


class InvalidRequest(OAuthError):
    """A parameter is missing, repeated or malformed."""

    def __init__(self, description: str) -> None:
        super().__init__("invalid_request", description)


class InvalidGrant(OAuthError):
    """The code, refresh token or subject token does not hold (any more)."""

    def __init__(self, description: str) -> None:
        super().__init__("invalid_grant", description)


class InvalidTarget(OAuthError):
    """No token can be had for this audience."""

    def __init__(self, description: str) -> None:
        super().__init__("invalid_target", description)
