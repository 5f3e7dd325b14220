"""Makes the first security administrator: by itself at the first start, or by `python -m svc_sso.bootstrap [USERNAME]`.

There is no default password anywhere. The one-time password is random, opens nothing but its own change, and is told
once: on the screen by the command, else in a file of the data folder which is removed when the password was changed.
"""

import asyncio
import logging
import os
import sys
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM
from shared.clock import now
from shared.codes.regions import NATION
from shared.db import Sessions
from shared.inbox import Sweep, SweepContext
from shared.runtime import make_runtime
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import STAFF, check_username
from svc_sso.accounts.service import keep_new
from svc_sso.credentials.models import Password
from svc_sso.credentials.service import hash_password, new_secret
from svc_sso.settings import Settings

log = logging.getLogger(__name__)

ROLE = "security_admin"
UNIT = "HQ"
FILE = "first-administrator"
LOCK = 7_205_003


async def make(session: AsyncSession, username: str, hashed: str) -> bool:
    """Makes the administrator with a hashed one-time password; False when there is one already."""
    await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if await session.scalar(select(Account.id).where(Account.roles.any_() == ROLE).limit(1)):
        return False
    account = Account(kind=STAFF, username=username, name="安全管理员", unit=UNIT, region=NATION, roles=[ROLE])
    await keep_new(session, account, hashed, now(), by=SYSTEM, must_change=True)
    return True


async def at_first_start(sessions: Sessions, settings: Settings) -> None:
    """Makes the administrator whom the settings name, when there is none, and leaves the password in the file.

    The file is written before the account is kept: a crash in between leaves a file which opens nothing, and the next
    start writes it anew; never an account whose password nobody knows.
    """
    username = settings.first_administrator
    async with sessions() as session:
        query = select(Account.id).where(Account.roles.any_() == ROLE).limit(1)
        if not username or await session.scalar(query) is not None:
            return
    check_username(username, STAFF)
    initial = new_secret()
    hashed = await hash_password(initial)
    path = settings.data_dir / FILE
    async with sessions.begin() as session:
        if not await make(session, username, hashed):
            return
        await asyncio.to_thread(_write, path, f"{username}\n{initial}\n")
    log.warning("the first security administrator was made", extra={"username": username, "password_file": str(path)})


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)


async def remove_file(session: AsyncSession, context: SweepContext) -> int:
    """Removes the file once its password is no longer the account's; how many."""
    path = context.runtime.settings.data_dir / FILE
    try:
        text = await asyncio.to_thread(path.read_text, encoding="utf-8")
    except FileNotFoundError:
        return 0
    query = select(Password.must_change).join(Account, Account.id == Password.account_id)
    if await session.scalar(query.where(Account.username == text.split("\n", 1)[0])):
        return 0
    await asyncio.to_thread(path.unlink, missing_ok=True)
    return 1


SWEEPS = [Sweep("remove the first password", every=30.0, run=remove_file)]


async def run(username: str, settings: Settings) -> str | None:
    """The one-time password of the new administrator; None when there is an administrator already."""
    check_username(username, STAFF)
    runtime = make_runtime("sso", settings)
    initial = new_secret()
    hashed = await hash_password(initial)
    try:
        async with runtime.sessions.begin() as session:
            return initial if await make(session, username, hashed) else None
    finally:
        await runtime.engine.dispose()


def main() -> None:
    """The command line."""
    username = sys.argv[1] if len(sys.argv) > 1 else "security.admin"
    initial = asyncio.run(run(username, Settings()))
    if initial is None:
        raise SystemExit("There is a security administrator already; nothing was changed.")
    print(f"User name: {username}\nOne-time password (shown only now, to be changed at the first log-in): {initial}")


if __name__ == "__main__":
    main()
