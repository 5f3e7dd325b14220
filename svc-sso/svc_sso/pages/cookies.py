"""The cookies of the identity provider: HttpOnly, SameSite=Lax, `__Host-` wherever browsers come by https."""

from fastapi import Request, Response

SESSION, LOGIN, DEVICE = "sso-session", "sso-login", "sso-device"
DEVICE_SECONDS = 365 * 24 * 3600
LONGEST = 128


def _name(name: str, *, secure: bool) -> str:
    return f"__Host-{name}" if secure else name


def read(request: Request, name: str, *, secure: bool) -> str | None:
    """The value of a cookie; None for none or one that is too long to be ours."""
    value = request.cookies.get(_name(name, secure=secure))
    return value if value and len(value) <= LONGEST else None


def give(response: Response, name: str, value: str, *, secure: bool) -> None:
    """Sets a cookie. All end with the browser but the device's."""
    # Lax, not Strict: an application sends the browser here from its own address.
    age = DEVICE_SECONDS if name == DEVICE else None
    response.set_cookie(
        _name(name, secure=secure), value, max_age=age, path="/", secure=secure, httponly=True, samesite="lax"
    )


def take(response: Response, name: str, *, secure: bool) -> None:
    """Removes a cookie."""
    response.delete_cookie(_name(name, secure=secure), path="/", secure=secure, httponly=True, samesite="lax")
