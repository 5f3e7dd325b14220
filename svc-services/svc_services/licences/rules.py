"""What an electronic licence says, and why one presented may not be valid.

市场主体登记管理条例（国务院令第746号）第二十二条: 电子营业执照与纸质营业执照具有同等法律效力.
"""

from enum import StrEnum

BASIS = "市场主体登记管理条例（国务院令第746号）第二十二条"
TOKEN_TYPE = "licence+jwt"  # noqa: S105 - a media type, no secret
ALGORITHM = "ES256"
SIZE_LIMIT = 16_384


class LicenceState(StrEnum):
    """Whether a licence holds."""

    VALID = "valid"
    REVOKED = "revoked"


class Finding(StrEnum):
    """What became of a verification."""

    VALID = "valid"
    UNREADABLE = "unreadable"
    TAMPERED = "tampered"
    UNKNOWN = "unknown"
    REVOKED = "revoked"


FINDING_LABELS: dict[Finding, tuple[str, str]] = {
    Finding.VALID: ("电子营业执照真实有效", "The licence is genuine and in force"),
    Finding.UNREADABLE: ("不是本平台的电子营业执照", "This is no electronic licence of this platform"),
    Finding.TAMPERED: ("签名不符，内容被改动或者并非本平台签发", "The signature fails: altered, or not issued here"),
    Finding.UNKNOWN: ("签名有效，但没有此营业执照的签发记录", "The signature holds, but no such licence was issued"),
    Finding.REVOKED: ("营业执照已被撤销或者注销", "The licence was revoked"),
}


def finding_of(known: LicenceState | None, *, same_text: bool) -> Finding:
    """What a licence whose signature holds is worth: issued here, in these words, and not revoked since."""
    if known is None or not same_text:
        return Finding.UNKNOWN
    return Finding.REVOKED if known is LicenceState.REVOKED else Finding.VALID
