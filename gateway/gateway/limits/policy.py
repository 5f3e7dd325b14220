"""What each kind of caller may do, and which of it a call is counted for: the whole table.

`address` for calls of nobody known, by IPv4 address or IPv6 /64; `person` for sessions and tokens of people, together;
`client` for agencies' systems and applications, with the quotas that the directory of clients names; `login` for
passwords, by address, in addition; `refused` for signed calls that do not hold, by address, which are counted for
nobody else; `matter` for what starts a case, by person and matter, in addition.
"""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from gateway.errors import RateLimited
from gateway.limits.counts import Counts
from gateway.limits.identity import NOBODY, Who
from gateway.limits.rules import Policy, Verdict, daily, policy
from gateway.settings import GatewaySettings

Headers = list[tuple[bytes, bytes]]

LOGIN_PATHS = frozenset({b"/oauth2/login"})
# What starts a case: the member of its body that names the matter.
MATTERS = {b"/api/services/v1/applications": "matter_code", b"/api/complaints/v1/complaints": "respondent_code"}


class Client(Protocol):
    """What the directory of clients says of one: its own quotas; None is the usual one."""

    @property
    def quota_per_minute(self) -> int | None: ...

    @property
    def quota_per_day(self) -> int | None: ...


class Directory(Protocol):
    """Where the quotas of clients stand."""

    def client(self, client_id: str) -> Client | None: ...


class Limiter:
    """Counts calls and says which are too many."""

    def __init__(self, settings: GatewaySettings, directory: Directory, counts: Counts | None = None) -> None:
        self.settings, self.directory, self.counts = settings, directory, counts or Counts()
        self.address = policy("address", settings.rate_per_minute, settings.rate_per_day)
        self.person = policy("person", settings.rate_per_minute, settings.rate_per_day)
        per_minute = settings.client_per_minute if settings.rate_per_minute else 0
        self.client = policy("client", per_minute, settings.client_per_day)
        self.login = policy("login", settings.logins_per_minute, settings.logins_per_day)
        self.refused = policy("refused", settings.rate_per_minute, settings.rate_per_day)
        self.matter = daily("matter", settings.cases_per_matter_and_day if settings.rate_per_minute else 0)

    def check(
        self, raw_path: bytes, method: str, address: bytes, who: Who | None = None
    ) -> tuple[Verdict | None, Headers]:
        """The refusing verdict, if any, and the headers of the tightest window that applies."""
        if method == "POST" and raw_path in LOGIN_PATHS and self.login.windows:
            return self._take_one(self.login, network_of(address))
        if who is None or who is NOBODY:
            return self._take_one(self.address, network_of(address))
        if who.client is None and who.person is not None:
            return self._take_one(self.person, who.person)
        return self._take(self.charged(address, who))

    def check_matter(self, person: str, matter: str) -> Verdict | None:
        """The refusing verdict for one more case of a person in a matter, if any."""
        return self._take([(self.matter, f"{person} {matter}")])[0] if self.matter.windows else None

    def count_refused(self, address: bytes) -> None:
        """Counts a signed call that does not hold."""
        self._take_one(self.refused, network_of(address))

    def check_refused(self, address: bytes) -> None:
        """Refuses an address from which too many signed calls came that do not hold. Raises RateLimited."""
        for count in self.counts.of(self.refused, network_of(address)):
            if not count.left:
                raise refused(Verdict(False, count.window.name, 0, count.seconds_left(self.counts.clock())))

    def charged(self, address: bytes, who: Who) -> list[tuple[Policy, str]]:
        """The policies that apply to a caller, each with who is counted."""
        found = []
        if who.person is not None:
            found.append((self.person, who.person))
        if who.client is not None and (allowed := self._of_client(who.client, alone=who.person is None)) is not None:
            found.append((allowed, who.client))
        return found or [(self.address, network_of(address))]

    def _of_client(self, client_id: str, *, alone: bool) -> Policy | None:
        """What a client may do; None when it acts for a person and has no quota of its own."""
        client = self.directory.client(client_id)
        own = client is not None and (client.quota_per_minute is not None or client.quota_per_day is not None)
        if client is None or not own or not self.client.windows:
            return self.client if alone else None
        settings = self.settings
        return _clients_own(
            settings.client_per_minute if client.quota_per_minute is None else client.quota_per_minute,
            settings.client_per_day if client.quota_per_day is None else client.quota_per_day,
        )

    def _take_one(self, wanted: Policy, caller: str) -> tuple[Verdict | None, Headers]:
        """The same as `_take` for one policy, as most calls have it."""
        if not wanted.windows:
            return None, []
        verdict = self.counts.take(wanted, caller)
        state = b'"%b";r=%d;t=%d' % (verdict.window.encode(), verdict.left, verdict.seconds)
        return (None if verdict.allowed else verdict), [(b"ratelimit-policy", wanted.text), (b"ratelimit", state)]

    def _take(self, charged: list[tuple[Policy, str]]) -> tuple[Verdict | None, Headers]:
        tightest: Verdict | None = None
        texts = []
        for wanted, caller in charged:
            if wanted.windows:
                verdict = self.counts.take(wanted, caller)
                texts.append(wanted.text)
                if tightest is None or not verdict.allowed or (tightest.allowed and verdict.left < tightest.left):
                    tightest = verdict
        if tightest is None:
            return None, []
        state = b'"%b";r=%d;t=%d' % (tightest.window.encode(), tightest.left, tightest.seconds)
        text = texts[0] if len(texts) == 1 else b", ".join(texts)
        return (None if tightest.allowed else tightest), [(b"ratelimit-policy", text), (b"ratelimit", state)]


@lru_cache(maxsize=1024)
def _clients_own(per_minute: int, per_day: int) -> Policy:
    return policy("client", per_minute, per_day)


@lru_cache(maxsize=10_000)
def network_of(address: bytes) -> str:
    """What an address is counted as: itself, or the /64 that one household has of IPv6."""
    text = address.decode("latin-1")
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return text
    if not isinstance(found, IPv6Address):
        return text
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"


def refused(verdict: Verdict) -> RateLimited:
    """The refusal for a used-up window; its Retry-After and the `t` of RateLimit name the same moment."""
    return RateLimited(headers={"Retry-After": str(verdict.seconds)}, policy=verdict.window)
