"""Back-channel log-out: the 2 modules of the certification profile, with what ASVS 10.5.5 adds to the token."""

import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc import jwt

from tests.conformance.checks import Plan, expect, wait_until
from tests.conformance.receiver import Heard
from tests.conformance.world import ID_TOKEN_ALGORITHMS, Tokens, World

PLAN = Plan("Back-channel logout OP")
EVENT = "http://schemas.openid.net/event/backchannel-logout"
ARRIVES_WITHIN = 10.0
TWO_MINUTES = 120


@PLAN.check("K01", "oidcc-backchannel-rp-initiated-logout-discovery", "discovery says that it is done, with sessions")
def _discovery(world: World) -> None:
    for name in ("backchannel_logout_supported", "backchannel_logout_session_supported"):
        expect(world.op.metadata.get(name) is True, f"{name} is {world.op.metadata.get(name)}")


@PLAN.check("K02", "oidcc-backchannel-rp-initiated-logout", "a log-out reaches the application by a right logout token")
def _logout(world: World) -> None:
    browser, client = world.browser(), world.client("told")
    tokens = world.sign_in(browser, client)
    hint = {"id_token_hint": str(tokens.answer["id_token"]), "post_logout_redirect_uri": client.post_logout_uri}
    path = urlsplit(client.backchannel_uri).path
    before = len(world.op.heard.at(path))
    world.op.person.walk(browser, browser.open(f"{world.endpoint('end_session')}?{urlencode(hint)}"))
    came = wait_until(lambda: len(world.op.heard.at(path)) > before, ARRIVES_WITHIN)
    expect(came, f"nothing came within {ARRIVES_WITHIN:g} s")
    check_logout_token(world, client.client_id, world.op.heard.at(path)[before], tokens)


def check_logout_token(world: World, client_id: str, call: Heard, tokens: Tokens) -> dict[str, Any]:
    """Checks what was sent to the application against its ID token; the token's claims."""
    expect(call.content_type.partition(";")[0] == "application/x-www-form-urlencoded", call.content_type)
    expect(list(call.form) == ["logout_token"], f"the form holds {list(call.form)}")
    decoded = jwt.decode(call.form["logout_token"][0], world.op.keys(), algorithms=ID_TOKEN_ALGORITHMS)
    claims, now = decoded.claims, time.time()
    expect(decoded.header.get("typ") == "logout+jwt", f"typ is {decoded.header.get('typ')}")
    expect(claims["iss"] == world.op.issuer, "iss")
    expect(client_id in ([claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"]), "aud")
    expect(now - 86_400 < claims["iat"] <= now + 300, "iat is not now")
    expect(now < claims["exp"] <= claims["iat"] + TWO_MINUTES, "exp is missing, past, or more than 2 minutes after iat")
    expect(claims.get("jti"), "no jti")
    expect(claims.get("events") == {EVENT: {}}, f"events: {claims.get('events')}")
    expect("nonce" not in claims, "a nonce stands in it")
    expect("sub" in claims or "sid" in claims, "neither sub nor sid")
    for name in {"sub", "sid"} & set(claims):
        expect(claims[name] == tokens.id_claims.get(name), f"{name} is not the ID token's")
    return dict(claims)
