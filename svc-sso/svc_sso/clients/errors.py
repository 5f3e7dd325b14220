"""Refusals of clients, in the words of RFC 6749, section 5.2."""


class OAuthError(Exception):
    """A refusal at an OAuth endpoint. `code` is the registered error, `description` is ASCII without quotes."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self.status = code, description, status


class InvalidClient(OAuthError):
    """The client is unknown or did not prove who it is. One text for all reasons."""

    def __init__(self) -> None:
        super().__init__("invalid_client", "The client did not authenticate.", 401)
