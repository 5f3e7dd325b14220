"""RP-initiated log-out: the 11 modules of the certification profile (OpenID Connect RP-Initiated Logout 1.0)."""

from collections.abc import Callable
from urllib.parse import urlencode

from joserfc.jwk import RSAKey

from tests.conformance.basic import NO_INTERACTION
from tests.conformance.browser import Browser, Landing, Shown
from tests.conformance.checks import Plan, expect
from tests.conformance.world import Client, Tokens, World, sign

PLAN = Plan("RP-initiated logout OP")
STATE = "state-of-the-log-out"


@PLAN.check("L01", "oidcc-rp-initiated-logout-discovery", "discovery names the end_session_endpoint")
def _discovery(world: World) -> None:
    expect(world.op.metadata.get("end_session_endpoint", "").startswith("https://"), "no end_session_endpoint")


def _logged_in(world: World) -> tuple[Browser, Client, Tokens]:
    browser, client = world.browser(), world.client()
    return browser, client, world.sign_in(browser, client)


def _log_out(world: World, browser: Browser, **params: str | None) -> Shown:
    given = {name: value for name, value in params.items() if value is not None}
    address = world.endpoint("end_session") + (f"?{urlencode(given)}" if given else "")
    return world.op.person.walk(browser, browser.open(address))


def _is_out(world: World, browser: Browser, client: Client) -> None:
    expect(world.error(browser, client, prompt="none") in NO_INTERACTION, "the person is still logged in")


@PLAN.check("L02", "oidcc-rp-initiated-logout", "hint, address and state: out, and back with the state")
def _usual(world: World) -> None:
    browser, client, tokens = _logged_in(world)
    hint, back_to = str(tokens.answer["id_token"]), client.post_logout_uri
    shown = _log_out(world, browser, id_token_hint=hint, post_logout_redirect_uri=back_to, state=STATE)
    _is_back(shown, client, STATE)
    _is_out(world, browser, client)


def _is_back(shown: Shown, client: Client, state: str | None) -> None:
    expect(isinstance(shown, Landing) and shown.address == client.post_logout_uri, "the browser is not back")
    assert isinstance(shown, Landing)
    expect(shown.params.get("state") == state, f"state is {shown.params.get('state')}")


def _stays(wrong: Callable[[World, Client, str], dict[str, str | None]]) -> Callable[[World], None]:
    """A log-out request with something wrong in it: the browser must not be sent on."""

    def run(world: World) -> None:
        browser, client, tokens = _logged_in(world)
        hint = str(tokens.answer["id_token"])
        usual = {"id_token_hint": hint, "post_logout_redirect_uri": client.post_logout_uri, "state": STATE}
        shown = _log_out(world, browser, **(usual | wrong(world, client, hint)))
        expect(not isinstance(shown, Landing), f"the browser was sent on: {shown}")

    return run


def _claims_of(world: World, hint: str) -> dict[str, object]:
    return dict(world.id_token(world.client(), hint)[1])


def _by_a_stranger(world: World, client: Client, hint: str) -> dict[str, str | None]:
    kid = world.id_token(client, hint)[0]["kid"]
    stranger = RSAKey.generate_key(2048, private=True)
    return {"id_token_hint": sign({"alg": "RS256", "kid": kid}, _claims_of(world, hint), stranger)}


PLAN.add("L03", "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", "another address: no redirect",
         _stays(lambda w, c, h: {"post_logout_redirect_uri": f"{c.post_logout_uri}/else"}))  # fmt: skip
PLAN.add("L04", "oidcc-rp-initiated-logout-query-added-to-uri", "an address with a query added: no redirect",
         _stays(lambda w, c, h: {"post_logout_redirect_uri": f"{c.post_logout_uri}?foo=bar"}))  # fmt: skip
PLAN.add("L05", "oidcc-rp-initiated-logout-modified-id-token-hint", "a hint made unsigned: no redirect",
         _stays(lambda w, c, h: {"id_token_hint": sign({"alg": "none"}, _claims_of(w, h), w.key)}))  # fmt: skip
PLAN.add("L06", "oidcc-rp-initiated-logout-bad-id-token-hint", "a hint signed by a stranger: no redirect",
         _stays(_by_a_stranger))  # fmt: skip
PLAN.add("L07", "oidcc-rp-initiated-logout-no-id-token-hint", "an address without a hint: no redirect",
         _stays(lambda w, c, h: {"id_token_hint": None}))  # fmt: skip


def _says_so(names: tuple[str, ...]) -> Callable[[World], None]:
    def run(world: World) -> None:
        browser, client, tokens = _logged_in(world)
        given = {"id_token_hint": str(tokens.answer["id_token"]), "state": STATE}
        shown = _log_out(world, browser, **{name: given[name] for name in names})
        expect(not isinstance(shown, Landing), "the browser was sent on")
        assert not isinstance(shown, Landing)
        expect(shown.status == 200, f"a page with status {shown.status}")
        _is_out(world, browser, client)

    return run


PLAN.add("L08", "oidcc-rp-initiated-logout-no-params", "no parameters: out, and the page says so", _says_so(()))
PLAN.add("L09", "oidcc-rp-initiated-logout-no-post-logout-redirect-uri", "no address: out, and the page says so",
         _says_so(("id_token_hint", "state")))  # fmt: skip
PLAN.add("L10", "oidcc-rp-initiated-logout-only-state", "only a state: out, and the page says so", _says_so(("state",)))


@PLAN.check("L11", "oidcc-rp-initiated-logout-no-state", "no state: out, and back without one")
def _no_state(world: World) -> None:
    browser, client, tokens = _logged_in(world)
    hint, back_to = str(tokens.answer["id_token"]), client.post_logout_uri
    _is_back(_log_out(world, browser, id_token_hint=hint, post_logout_redirect_uri=back_to), client, None)
    _is_out(world, browser, client)
