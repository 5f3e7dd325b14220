"""Where a call comes from. The peer's address, unless the peer is a load balancer of ours."""

from ipaddress import ip_address

from starlette.types import Scope

from gateway.proxy.headers import Headers
from gateway.settings import GatewaySettings


def client_address(scope: Scope, settings: GatewaySettings) -> str:
    """The caller's address. X-Forwarded-For counts only as far as trusted proxies wrote it."""
    peer: str = scope["client"][0] if scope.get("client") else "unknown"
    return _behind(peer, scope["headers"], settings) if settings.trusted_proxies else peer


def _behind(peer: str, headers: Headers, settings: GatewaySettings) -> str:
    """The last address of the chain that is not one of ours; what stands before it anyone could have made up."""
    if not settings.is_trusted_proxy(peer):
        return peer
    chain = [part.strip() for name, value in headers if name == b"x-forwarded-for" for part in value.split(b",")]
    for hop in reversed(chain):
        address = hop.decode("latin-1")
        if not _is_address(address):
            return peer
        if not settings.is_trusted_proxy(address):
            return address
        peer = address
    return peer


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
