"""What deliveries follow: the schedule of tries, what an answer means, which addresses may be called. Pure.

Source: Standard Webhooks 1.0.0; the IANA registries of special-purpose addresses (RFC 6890, as updated).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from shared.errors import FieldError

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# Seconds between the tries: at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h; 75.6 h in all.
PAUSES = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.1  # a pause is up to a tenth longer, so that what failed together does not come back together
LONGEST_RETRY_AFTER = 86_400
PATIENCE, BREATHER = 20, timedelta(seconds=30)
BODY_LIMIT = 20_000
ANSWER_KEPT = 500
MAX_URL = 2_000

# What is not a public host. IPv6 is the other way round: only 2000::/3 is public, and not all of it.
NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip
NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
GLOBAL_UNICAST = IPv6Network("2000::/3")


class State(StrEnum):
    """Of a subscription."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True)
class Targets:
    """Which addresses may be called, by the settings of this platform."""

    ports: frozenset[int]
    plain_http: bool = False
    allowed: tuple[Network, ...] = ()
    own_host: str = ""

    def is_own(self, host: str) -> bool:
        """Whether a name is that of this platform; on a developer's machine it is also that of his receiver."""
        return host.rstrip(".").lower() == self.own_host and not self.allowed


@dataclass(frozen=True)
class Verdict:
    """What an answer means: done, or try again, when; `disable` ends the subscription's deliveries."""

    done: bool
    disable: bool = False
    hold: timedelta | None = None


def is_public(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Whether an address may be called. `allowed` names networks that count although they are not public.

    An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4, Teredo) is never public: it would reach what is refused.
    """
    if any(address in network for network in allowed if network.version == address.version):
        return True
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return not any(address in network for network in NOT_PUBLIC if network.version == address.version)


def faults_of_url(url: str, targets: Targets) -> list[FieldError]:
    """Why `url` can't be a receiver's, or nothing. What its name resolves to is looked at before each call."""
    faults = _faults_of_form(url)
    if faults:
        return [FieldError("/url", code, message) for code, message in faults]
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" and not (targets.plain_http and parts.scheme == "http"):
        faults.append(("https_expected", "The address begins with https://."))
    if (parts.port or (80 if parts.scheme == "http" else 443)) not in targets.ports:
        faults.append(("port_refused", f"Ports called here: {', '.join(map(str, sorted(targets.ports)))}."))
    if targets.is_own(host) or not _may_be_public(host, targets):
        faults.append(("host_refused", "The host must be reachable on the internet and is not this platform."))
    return [FieldError("/url", code, message) for code, message in faults]


def _faults_of_form(url: str) -> list[tuple[str, str]]:
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return [("url_malformed", f"An address has up to {MAX_URL} ASCII characters and no blanks.")]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return [("url_malformed", "This is no address.")]
    if not parts.hostname or port == 0 or not url.startswith(("https://", "http://")) or parts.netloc.endswith(":"):
        return [("url_malformed", "An address reads https://host/path.")]
    if "@" in parts.netloc:
        return [("credentials_in_url", "Name and password in an address end up in logs; verify the signature instead.")]
    if parts.fragment or "#" in url:
        return [("url_malformed", "An address has no fragment.")]
    return []


def _may_be_public(host: str, targets: Targets) -> bool:
    try:
        return is_public(ip_address(host), targets.allowed)
    except ValueError:  # a name; one that ends in a number is an address in disguise, as 127.1 or 0x7f000001
        return NUMBER.fullmatch(host.rpartition(".")[2]) is None


def judge(status: int, retry_after: str | None, now: datetime) -> Verdict:
    """What the status of an answer means: 2xx is done, 410 ends the subscription, all else is tried again.

    A redirection is never followed: it would lead past the checks of the address. 429 and 503 may name a time before
    which nothing more is sent to this receiver.
    """
    if 200 <= status < 300:
        return Verdict(done=True)
    hold = _pause_of(retry_after, now) if status in (429, 503) and retry_after else None
    return Verdict(done=False, disable=status == 410, hold=hold)


def _pause_of(retry_after: str, now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3), a day at most; None when it is neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            at = parsedate_to_datetime(text)
            seconds = (at - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return timedelta(seconds=min(max(seconds, 0), LONGEST_RETRY_AFTER))


def breather(failures: int) -> timedelta | None:
    """How long nothing at all is sent to a receiver that failed so often in a row: one that is gone is asked now and
    then, not once for each delivery that waits."""
    return BREATHER if failures >= PATIENCE else None


def next_try(tries: int, now: datetime, dice: float) -> datetime | None:
    """When to try again after `tries` tries, or None when that was the last; `dice` is in 0..1."""
    if tries >= len(PAUSES):
        return None
    return now + timedelta(seconds=PAUSES[tries] * (1 + JITTER * dice))
