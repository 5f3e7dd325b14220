"""What everybody knows of the demo accounts: their password, and the secrets of their authenticator apps.

They follow from the user names, so they protect nothing. Only `python -m svc_sso.demo` makes accounts with them.
"""

import base64
import datetime
import hashlib
import time

import pyotp

from shared.codes import identity

PASSWORD = "Demo-2026-yiwang"
STEP_SECONDS = 30

_last_steps: dict[tuple[str, str], int] = {}


def totp_secret(username: str) -> str:
    """The secret of a demo account's authenticator app, in Base32."""
    return base64.b32encode(hashlib.sha256(f"yiwang demo {username}".encode()).digest()[:20]).decode()


def fresh_code(place: str, username: str) -> str:
    """A code which this process has not yet used at `place`. A code is taken once, so it waits for one if it must."""
    now = int(time.time()) // STEP_SECONDS
    step = max(now - 1, _last_steps.get((place, username), 0) + 1)
    if step > now + 1:
        time.sleep(max(0.0, (step - 1) * STEP_SECONDS + 0.2 - time.time()))
    _last_steps[place, username] = step
    return str(pyotp.TOTP(totp_secret(username), interval=STEP_SECONDS).generate_otp(step))


POOL = 2000
NAMES = ("张伟", "李娜", "王芳", "刘洋", "赵六")


def made_up_person(index: int) -> tuple[str, str]:
    """Name and identity number of one of the `POOL` people whom the demo's population register knows."""
    born = datetime.date(1960, 1, 1) + datetime.timedelta(days=7 * index)
    return NAMES[index % len(NAMES)], identity.make("421303", born, 900 + index % 100)
