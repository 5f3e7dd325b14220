"""Refusals of an authorization request."""

from svc_sso.clients.errors import OAuthError


class BadRequestPage(Exception):
    """A fault which must be shown and never sent on: the address to send it to is not one of the client's.

    `code` names the text which the page shows.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RedirectedError(OAuthError):
    """A fault which the client is told by way of the browser (RFC 6749, 4.1.2.1)."""


__all__ = ["BadRequestPage", "OAuthError", "RedirectedError"]
