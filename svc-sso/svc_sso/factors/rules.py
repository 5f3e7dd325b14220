"""What a second factor proves (RFC 6238, RFC 8176, Web Authentication; ASVS 5.0, 6.5) and what a log-in still lacks."""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import pyotp

STEP_SECONDS = 30
WINDOW = 1
"""Clocks differ: a code of the step before and of the one after is taken too."""
ENROLMENT_LIFETIME = timedelta(minutes=10)
MOST_OF_A_KIND = 10
RECOVERY_CODES = 10
RECOVERY_CODE = re.compile(r"^[A-Z2-7]{16}$")
TOTP_CODE = re.compile(r"^[0-9]{6}$")

# Methods (RFC 8176): password, one-time code, proof of possession of a key; and that there were several.
PASSWORD, CODE, KEY, SEVERAL = "pwd", "otp", "pop", "mfa"
ACR_PASSWORD, ACR_MFA, ACR_PASSKEY = "urn:yiwang:acr:password", "urn:yiwang:acr:mfa", "urn:yiwang:acr:passkey"
ACR_ORDER = (ACR_PASSWORD, ACR_MFA, ACR_PASSKEY)


def acr_of(amr: Iterable[str]) -> str:
    """The class of a log-in in which these methods were shown.

    A passkey is unlocked by its holder's finger or PIN, and no page of a stranger can ask for it: it stands alone.
    """
    shown = set(amr)
    if KEY in shown:
        return ACR_PASSKEY
    return ACR_MFA if {PASSWORD, CODE} <= shown else ACR_PASSWORD


def with_method(amr: Iterable[str], method: str) -> list[str]:
    """The methods with one more, in a steady order, `mfa` when there are several."""
    shown = (set(amr) | {method}) - {SEVERAL}
    several = [SEVERAL] if len(shown) > 1 or KEY in shown else []
    return [each for each in (PASSWORD, CODE, KEY) if each in shown] + several


def lowest(asked: Iterable[str]) -> str | None:
    """The lowest class among those asked for that are known: it or a higher one is enough. None when none is known."""
    known = [each for each in ACR_ORDER if each in set(asked)]
    return known[0] if known else None


@dataclass(frozen=True)
class Owned:
    """The second factors which an account has."""

    authenticators: int = 0
    passkeys: int = 0
    recovery_codes: int = 0
    spent_codes: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything to ask for. A code which was given out in place of all others and spent in a log-in
        that nobody finished is still asked for: the password alone sets up no new factor.
        """
        return bool(self.authenticators or self.passkeys or self.recovery_codes or self.spent_codes)

    @property
    def lasting(self) -> bool:
        """Whether there is more than codes on paper."""
        return bool(self.authenticators or self.passkeys)


@dataclass(frozen=True)
class Shown:
    """How far a log-in has come: what was shown, what the account has, what is wanted of it."""

    amr: frozenset[str]
    owned: Owned
    is_staff: bool
    wanted: str | None = None
    password_due: bool = False
    consent_due: bool = False


IDENTIFY, SECOND, CHANGE, ENROL, CONSENT, DONE = "identify", "second", "change", "enrol", "consent", "done"


def next_step(shown: Shown) -> str:
    """What the person is asked for next. Staff get in with two factors only (GB/T 22239-2019, 8.1.4.1, level 3).

    The second factor comes before the change of a password, so that a given-out one alone changes nothing.
    """
    if not shown.amr:
        return IDENTIFY
    level = ACR_ORDER.index(acr_of(shown.amr))
    wanted = ACR_ORDER.index(shown.wanted) if shown.wanted else 0
    if level == 0 and shown.owned.any:
        return SECOND
    if level < wanted and wanted == ACR_ORDER.index(ACR_PASSKEY) and shown.owned.passkeys:
        return SECOND
    if shown.password_due:
        return CHANGE
    if level < wanted or (shown.is_staff and not (shown.owned.lasting and level)):
        return ENROL
    return CONSENT if shown.consent_due else DONE


def code_at(secret: str, step: int) -> str:
    """The six digits of a time step (RFC 6238)."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).generate_otp(step)


def step_of(code: str, secret: str, seconds: float, last_step: int) -> int | None:
    """The time step whose code this is. None for a wrong one and for one of a step that was taken before.

    All steps of the window are tried, so the time it takes tells nothing.
    """
    now, given = int(seconds) // STEP_SECONDS, code.encode()
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), given) and step > last_step:
            found = step
    return found


def plain(code: str) -> str:
    """A code as it was meant: without spaces and hyphens, in capitals, full-width digits made plain."""
    kept = "".join(character for character in code if not character.isspace() and character not in "-‐‑–—")
    return kept.upper().translate(str.maketrans("０１２３４５６７８９", "0123456789"))[:32]


def spaced(code: str) -> str:
    """A recovery code as it is shown: in groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))
