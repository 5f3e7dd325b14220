"""Refreshed tokens which do not hold, or name someone else, end the session (OpenID Connect Core 12.2)."""

from collections.abc import Callable

from tests.gateway.place import API, Place
from tests.gateway.provider import Provider
from tests.gateway.test_login import _flip, _unsigned

LIES: dict[str, Callable[[Provider], object]] = {
    "issuer": lambda p: p.id_claims.update(iss="https://other.example"),
    "subject": lambda p: p.id_claims.update(sub="other"),
    "audience": lambda p: p.id_claims.update(aud="someone"),
    "unsigned": lambda p: setattr(p, "change_id_token", _unsigned),
    "signature": lambda p: setattr(p, "change_id_token", _flip),
    "someone else's tokens": lambda p: (p.id_claims.update(sub="other"), p.access_claims.update(sub="other")),
    "someone else's access token": lambda p: p.access_claims.update(sub="other"),
    "access token of another issuer": lambda p: p.access_claims.update(iss="https://other.example"),
    "access token for a service": lambda p: p.access_claims.update(aud="complaints"),
}


async def test_a_lie_at_refresh_ends_the_session(place: Place) -> None:
    believed = []
    place.provider.lifetime = 1.0
    for name, lie in LIES.items():
        place.provider.be_honest()
        async with place.browser() as browser:
            await place.log_in(browser)
            lie(place.provider)
            for _ in range(2):
                await browser.get(API)
            place.provider.be_honest()
            if (await place.who(browser))["authenticated"]:
                believed.append(name)
    assert believed == []
    assert all(call.get("authorization") is None for call in place.service.received)


async def test_an_honest_refresh_keeps_it(place: Place) -> None:
    place.provider.lifetime = 1.0
    async with place.browser() as browser:
        await place.log_in(browser)
        assert (await browser.get(API)).status_code == 200
    assert place.provider.refreshed
