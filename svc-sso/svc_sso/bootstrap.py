"""Makes the first security administrator: `python -m svc_sso.bootstrap [USERNAME]`.

The password is printed once and opens nothing but its own change. There is no default password anywhere.
"""

import asyncio
import sys

from sqlalchemy import select

from shared.audit import SYSTEM
from shared.clock import now
from shared.codes.regions import NATION
from shared.runtime import make_runtime
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import STAFF, check_username
from svc_sso.accounts.service import keep_new
from svc_sso.credentials.service import hash_password, new_secret
from svc_sso.settings import Settings

ROLE = "security_admin"
UNIT = "HQ"


async def run(username: str, settings: Settings) -> str | None:
    """The one-time password of the new administrator; None when there is an administrator already."""
    check_username(username, STAFF)
    runtime = make_runtime("sso", settings)
    initial = new_secret()
    hashed = await hash_password(initial)
    try:
        async with runtime.sessions.begin() as session:
            if await session.scalar(select(Account.id).where(Account.roles.any_() == ROLE).limit(1)):
                return None
            account = Account(kind=STAFF, username=username, name="安全管理员", unit=UNIT, region=NATION, roles=[ROLE])
            await keep_new(session, account, hashed, now(), by=SYSTEM, must_change=True)
    finally:
        await runtime.engine.dispose()
    return initial


def main() -> None:
    """The command line."""
    username = sys.argv[1] if len(sys.argv) > 1 else "security.admin"
    initial = asyncio.run(run(username, Settings()))
    if initial is None:
        raise SystemExit("There is a security administrator already; nothing was changed.")
    print(f"User name: {username}\nOne-time password (shown only now, to be changed at the first log-in): {initial}")


if __name__ == "__main__":
    main()
