"""What a password must be (OWASP ASVS 5.0, 6.2: length before complexity, no common ones) and how secrets are kept."""

import hashlib

from shared.errors import FieldError
from svc_sso.credentials.errors import WeakPassword

SHORTEST, LONGEST = 10, 128

# The commonest passwords of ten characters and more in published leaks, Chinese and international.
COMMON_TEXT = """
1234567890 12345678910 0123456789 0987654321 9876543210 1111111111 0000000000 1122334455 1231231231
123456789a a123456789 qwertyuiop qwerty12345 qwerty123456 1qaz2wsx3edc 1q2w3e4r5t 1q2w3e4r5t6y
q1w2e3r4t5 qazwsxedcrfv password12 password123 password1234 password12345 password01 passw0rd123
p@ssw0rd123 p@ssword123 adminadmin admin12345 admin123456 administrator welcome123 welcome1234
letmein123 iloveyou123 woaini1314 woaini1314520 woaini5201314 5201314520 1314520520 zxcvbnm123
asdfghjkl123 asdfghjkl1 abcd123456 abc1234567 abcdefghij aaaaaaaaaa qqqqqqqqqq 123123123123
1234512345 123456123456 12345678900 1234567891 123456789q zhongguo123 changeme123 iloveyou12
sunshine12 football123 baseball123 superman123 michael123 princess123 q123456789 w123456789
123456abcd 123qweasdzxc qweasdzxc123 1q2w3e4r1q2w 741852963a 147258369a 1472583690 7894561230
"""
COMMON = frozenset(COMMON_TEXT.split())


def check_password(password: str, username: str) -> None:
    """Refuses a password which is too short, too long, common, or holds the user name."""
    fault = _fault(password, username)
    if fault:
        code, message = fault
        raise WeakPassword(message, errors=[FieldError("/password", code, message)])


def _fault(password: str, username: str) -> tuple[str, str] | None:
    lowered = password.lower()
    if len(password) < SHORTEST:
        return "too_short", f"密码至少 {SHORTEST} 个字符 (at least {SHORTEST} characters)"
    if len(password) > LONGEST:
        return "too_long", f"密码最多 {LONGEST} 个字符 (at most {LONGEST} characters)"
    if username and username.lower() in lowered:
        return "contains_username", "密码不得包含用户名 (must not contain the user name)"
    if lowered in COMMON or len(set(lowered)) < 4:
        return "too_common", "密码过于常见 (too common)"
    return None


def digest(secret: str) -> bytes:
    """What is stored of an opaque secret: SHA-256. Our secrets have 256 random bits, so guessing one is no concern."""
    return hashlib.sha256(secret.encode()).digest()
