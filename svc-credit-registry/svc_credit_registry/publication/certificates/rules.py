"""What a certificate of the record is worth when someone presents it. Pure.

《中华人民共和国电子签名法》第十四条: a reliable electronic signature has the force of a handwritten one.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

BASIS = "《企业信息公示暂行条例》第六条、第十三条；《中华人民共和国电子签名法》第十四条"
TOKEN_TYPE = "record-certificate+jwt"  # noqa: S105 - a media type, no secret
ALGORITHM = "ES256"
TOKEN_LIMIT = 900_000
ITEMS_OF_A_KIND = 200
"""How many items of a kind a certificate holds; it counts all of them."""
WINDOW = timedelta(hours=24)
"""Over which certificates of a caller are counted. A limit of this platform: no statute sets one."""
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
TAIL = 10
"""Characters which make a number impossible to guess: whoever holds it may read the certificate."""


class Finding(StrEnum):
    """What became of a verification."""

    VALID = "valid"
    CHANGED_SINCE = "changed_since"
    UNREADABLE = "unreadable"
    ALTERED = "altered"
    UNKNOWN = "unknown"


FINDING_LABELS: Mapping[Finding, tuple[str, str]] = {
    Finding.VALID: ("证明真实，出具后公示信息没有变化", "Genuine; the record has not changed since"),
    Finding.CHANGED_SINCE: ("证明真实，但此后公示信息已有变化", "Genuine, but the record has changed since"),
    Finding.UNREADABLE: ("不是本平台出具的证明", "This is no certificate of this platform"),
    Finding.ALTERED: (
        "签名或者摘要不符，内容被改动或者并非本平台出具",
        "Altered, or not issued here: signature or digest fails",
    ),
    Finding.UNKNOWN: ("没有此证明的出具记录", "No such certificate was issued"),
}


def seconds_until_free(now: datetime, issued_at: datetime) -> int:
    """Seconds until a certificate that was issued at `issued_at` no longer counts; at least one."""
    return max(1, math.ceil((issued_at + WINDOW - now).total_seconds()))


def number_of(running: int, day: date, tail: str) -> str:
    """The number of a certificate: the day, a running number, and a tail that can't be guessed."""
    return f"ZM{day:%Y%m%d}{running:08d}-{tail}"


def fingerprint(value: object) -> str:
    """SHA-256 of a value in canonical JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The parts of a record whose fingerprints differ, also those that came or went."""
    return sorted(part for part in {*before, *after} if before.get(part) != after.get(part))
