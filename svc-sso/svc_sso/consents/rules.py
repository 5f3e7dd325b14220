"""What a client wants to know, and whether its person has agreed (OpenID Connect Core, 3.1.2.4 and 5.5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from svc_sso.tokens.rules import person_claims

FIRST_PARTY = "first_party"


@dataclass(frozen=True)
class Wish:
    """The scopes and the single claims which a client asks for."""

    scopes: frozenset[str]
    claims: frozenset[str] = frozenset()


def wish_of(scope: str, claims: Mapping[str, object] | None) -> Wish:
    """What a request asks for. The names of claims which nobody is told are a stranger's words: they have no place on
    the page where the person decides.
    """
    single: set[str] = set()
    for part in ("userinfo", "id_token"):
        asked = (claims or {}).get(part)
        if isinstance(asked, Mapping):
            single |= {str(name) for name in asked}
    return Wish(frozenset(scope.split()), frozenset(single & person_claims()))


def covers(scopes: Iterable[str], claims: Iterable[str], wish: Wish) -> bool:
    """Whether a consent to `scopes` and `claims` is enough for the wish."""
    return wish.scopes <= set(scopes) and wish.claims <= set(claims)
