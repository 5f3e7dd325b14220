"""Calls with a cookie that change something come from our own pages, or not at all."""

from gateway.errors import CsrfRefused
from gateway.proxy.headers import Incoming

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({b"same-origin", b"none"})


def check_csrf(incoming: Incoming, origin: bytes) -> None:
    """Lets an unsafe call with a cookie through only from our own pages: a page of another site can neither set the
    header nor claim the origin (ASVS 3.5.1). Raises CsrfRefused."""
    if not incoming.csrf:
        raise CsrfRefused("Send the header X-CSRF: 1 with this call.")
    if incoming.sec_fetch_site is not None and incoming.sec_fetch_site not in OWN_SITE:
        raise CsrfRefused("The call came from another site.")
    if incoming.origin is not None and incoming.origin != origin:
        raise CsrfRefused("The call came from another origin.")
