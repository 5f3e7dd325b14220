"""The cookies of the identity provider: HttpOnly, SameSite=Lax, `__Host-` wherever browsers come by https."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from svc_sso.settings import Settings

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


@dataclass(frozen=True)
class Cookies:
    """What a browser holds of us: its log-in, its waiting requests, its place among the known devices."""

    session: str | None
    login: str | None
    device: str | None


def get_settings(request: Request) -> Settings:
    """The settings of the service which answers this request."""
    settings: Settings = request.app.state.runtime.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]


def get_cookies(request: Request, settings: SettingsDep) -> Cookies:
    """What the browser holds of us."""
    return Cookies(*(read(request, name, secure=settings.secure) for name in (SESSION, LOGIN, DEVICE)))


CookiesDep = Annotated[Cookies, Depends(get_cookies)]
