"""What a password must be, and how secrets are kept.

Two policies stand side by side, since two rules contradict each other. `mlps3` is what GB/T 22239-2019, level 3,
8.1.4.1 asks for (several kinds of characters, changed regularly); `asvs` is what OWASP ASVS 5.0, 6.2 asks for (length,
nothing that is common, no composition, no expiry).
"""

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from shared.errors import FieldError
from svc_sso.credentials.errors import WeakPassword

COMMON_FILE = Path(__file__).parent / "common_passwords.txt"
CONTEXT_WORDS = (
    "yiwangtongban",
    "yiwang",
    "一网通办",
    "一网",
    "suizhou",
    "zengdu",
    "shichangjianguan",
    "gongshang",
    "12315",
)
"""Words which everybody would think of here: they count for nothing (ASVS 6.2.11)."""
GIVEN_OUT, EXPIRED = "given_out", "expired"


@dataclass(frozen=True)
class Policy:
    """What a password must be: length, kinds of characters, how long it lasts, how many are remembered."""

    name: str
    shortest: int = 8
    longest: int = 128
    kinds: int = 1
    lifetime: timedelta | None = None
    remembered: int = 0


POLICIES = {
    "mlps3": Policy("mlps3", kinds=3, lifetime=timedelta(days=90), remembered=5),
    "asvs": Policy("asvs"),
}
ASVS = POLICIES["asvs"]


@functools.cache
def common_passwords() -> frozenset[str]:
    """The commonest passwords of published leaks, lower case."""
    lines = COMMON_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def kinds_of(password: str) -> int:
    """How many kinds of characters there are: small letters, capitals, digits, others (a Chinese character is one)."""
    kinds = (str.islower, str.isupper, str.isdigit)
    plain = sum(any(kind(character) for character in password) for kind in kinds)
    return plain + any(not any(kind(character) for kind in kinds) for character in password)


def check_password(password: str, username: str, policy: Policy = ASVS, words: Iterable[str] = ()) -> None:
    """Refuses a password which the policy does not allow; `words` are further ones that count for nothing."""
    fault = _fault(password, username, policy, (*CONTEXT_WORDS, *words))
    if fault:
        code, message = fault
        raise WeakPassword(message, errors=[FieldError("/password", code, message)])


def _fault(password: str, username: str, policy: Policy, words: Iterable[str]) -> tuple[str, str] | None:
    lowered = password.lower()
    if len(password) < policy.shortest:
        return "too_short", f"密码至少 {policy.shortest} 个字符 (at least {policy.shortest} characters)"
    if len(password) > policy.longest:
        return "too_long", f"密码最多 {policy.longest} 个字符 (at most {policy.longest} characters)"
    if username and username.lower() in lowered:
        return "contains_username", "密码不得包含用户名 (must not contain the user name)"
    if lowered in common_passwords() or len(set(lowered)) < 4:
        return "too_common", "密码过于常见 (too common)"
    if len(_without(lowered, words)) < policy.shortest // 2:
        return "contains_context", "密码由本平台常用词构成,容易猜到 (made of words which everybody thinks of here)"
    if kinds_of(password) < policy.kinds:
        kinds = policy.kinds
        return (
            "too_uniform",
            f"密码须含大写、小写、数字、符号中的至少 {kinds} 类 (at least {kinds} kinds of characters)",
        )
    return None


def _without(text: str, words: Iterable[str]) -> str:
    for word in sorted((word.lower() for word in words if len(word) > 1), key=len, reverse=True):
        text = text.replace(word, "")
    return text


def due(must_change: bool, changed_at: datetime, policy: Policy, now: datetime) -> str | None:
    """Why a password must be changed before it opens anything; None while it may stay."""
    if must_change:
        return GIVEN_OUT
    return EXPIRED if policy.lifetime is not None and now - changed_at >= policy.lifetime else None


def digest(secret: str) -> bytes:
    """What is stored of an opaque secret: SHA-256. Our secrets have 256 random bits, so guessing one is no concern."""
    return hashlib.sha256(secret.encode()).digest()
