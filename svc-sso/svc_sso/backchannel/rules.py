"""What a logout token says, and which addresses may be called (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.5)."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

LOGOUT_TYPE = "logout+jwt"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_SECONDS = 120
"""ASVS 5.0, 10.5.5: a logout token lives two minutes at most; each try carries a new one."""
DELIVERED = frozenset({200, 204})

# Of IPv6 only what is handed out as global unicast; two parts of it lead to the IPv4 address written inside them.
UNICAST = ip_network("2000::/3")
TUNNELS = (ip_network("2002::/16"), ip_network("2001::/32"))


def logout_claims(issuer: str, client_id: str, sid: str, sub: str, issued_at: int, jti: str) -> dict[str, Any]:
    """The claims of a logout token; it never has a nonce, so that it can't pass for an ID token."""
    return {
        "iss": issuer,
        "aud": client_id,
        "iat": issued_at,
        "exp": issued_at + LOGOUT_SECONDS,
        "jti": jti,
        "events": {LOGOUT_EVENT: {}},
        "sub": sub,
        "sid": sid,
    }


def may_call(address: str, allowed: tuple[Network, ...]) -> bool:
    """Whether an address is a public one, or lies in a network which the operator allows."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip in network for network in allowed):
        return True
    if isinstance(ip, IPv6Address) and ip not in UNICAST:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in tunnel for tunnel in TUNNELS)


def is_callable(uri: str, *, plain_http: bool) -> bool:
    """Whether an address has the form of one that can be called: https, a host, no fragment, nobody's password."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    schemes = {"https", "http"} if plain_http else {"https"}
    return (
        uri.isascii()
        and parts.scheme in schemes
        and bool(parts.hostname)
        and parts.username is None
        and "#" not in uri
        and port != 0
        and not any(character <= " " for character in uri)
    )
