"""Which claims there are, and of what type each is (OpenID Connect Core 5.1)."""

from typing import Any

from tests.conformance.checks import expect

PROTOCOL_CLAIMS = frozenset({
    "iss", "sub", "aud", "exp", "iat", "nbf", "nonce", "auth_time", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash",
    "sid", "jti",
})  # fmt: skip
TEXTS = frozenset({
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
    "website", "gender", "birthdate", "zoneinfo", "locale",
})  # fmt: skip
SCOPES = {
    "profile": TEXTS | {"updated_at"},
    "email": frozenset({"email", "email_verified"}),
    "phone": frozenset({"phone_number", "phone_number_verified"}),
    "address": frozenset({"address"}),
}
STANDARD = frozenset({"sub"}).union(*SCOPES.values())


def check_types(claims: dict[str, Any]) -> None:
    """Breaks the rule when a standard claim has another type than the standard gives it."""
    for name in STANDARD & set(claims):
        value = claims[name]
        if name.endswith("_verified"):
            right = isinstance(value, bool)
        elif name == "updated_at":
            right = isinstance(value, int | float) and not isinstance(value, bool)
        elif name == "address":
            right = isinstance(value, dict)
        else:
            right = isinstance(value, str) and value != ""
        expect(right, f"{name} is {value!r}")
