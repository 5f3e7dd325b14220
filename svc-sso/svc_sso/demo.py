"""Makes the demo accounts: `python -m svc_sso.demo`. Only here is a password known; repeating changes nothing.

`python -m svc_sso.demo code reg.zengdu` shows the code which the authenticator app of that account would show now. The
secrets of these apps follow from the user names, so they are no secrets at all: demo accounts are for demos.
"""

import asyncio
import base64
import datetime
import hashlib
import sys
import time
import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import SYSTEM
from shared.clock import now
from shared.codes import credit_code, identity
from shared.privacy import blind_index
from shared.runtime import make_runtime
from svc_sso.accounts import queries
from svc_sso.accounts.models import Account
from svc_sso.accounts.rules import PERSON, STAFF, check_roles
from svc_sso.accounts.service import ID_NUMBER_SCOPE, keep_new
from svc_sso.credentials.service import hash_password
from svc_sso.factors.models import Authenticator
from svc_sso.factors.rules import STEP_SECONDS, code_at
from svc_sso.settings import Settings
from svc_sso.verifications.models import Verification
from svc_sso.verifications.rules import CONFIRMED, TWO_FACTOR
from svc_sso.verifications.service import LocalPopulation, load_people, load_representatives

PASSWORD = "Demo-2026-yiwang"

# user name, name, unit, region, role
STAFF_ACCOUNTS = (
    ("reg.zengdu", "王芳", "AMR-421303", "421303", "registrar"),
    ("reg.zengdu2", "陈静", "AMR-421303", "421303", "registrar"),
    ("reg.suixian", "刘洋", "AMR-421321", "421321", "registrar"),
    ("cmp.zengdu", "赵敏", "AMR-421303", "421303", "complaint_officer"),
    ("cmp.suixian", "孙丽", "AMR-421321", "421321", "complaint_officer"),
    ("cred.zengdu", "蒋涛", "AMR-421303", "421303", "registry_officer"),
    ("cred.suizhou", "沈岚", "AMR-421300", "421300", "registry_officer"),
    ("cred.suixian", "何静", "AMR-421321", "421321", "registry_officer"),
    ("insp.zengdu", "韩梅", "AMR-421303", "421303", "inspector"),
    ("ops", "周强", "HQ", "100000", "system_admin"),
    ("auditor", "吴磊", "HQ", "100000", "audit_admin"),
    ("secadmin", "郑洁", "HQ", "100000", "security_admin"),
    ("pub.editor", "冯雪", "AMR-421300", "421300", "disclosure_editor"),
    ("pub.reviewer", "褚明", "AMR-421300", "421300", "secrecy_reviewer"),
    ("pub.approver", "卫华", "AMR-421300", "421300", "disclosure_approver"),
)
# user name, name, identity number (made up, valid), mobile number
PEOPLE = (
    ("demo.citizen", "张伟", "421303199003071230", "13800001234"),
    ("demo.consumer", "李娜", "421303199208151226", "13900005678"),
    ("demo.legal", "陈晓明", "421303197506184510", "13700002468"),
)
# Of the enterprises with which the register begins: the first ones, and those on its lists. 陈晓明 represents them.
ENTERPRISES = tuple(credit_code.make("421303", 430_000_000 + number) for number in (*range(5), *range(12, 15), 16))
POOL = 2000
NAMES = ("张伟", "李娜", "王芳", "刘洋", "赵六")


def account_id(username: str) -> uuid.UUID:
    """The id of a demo account, from its user name: the register's demo gives tasks to its inspector by it."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"yiwang demo {username}")


def totp_secret(username: str) -> str:
    """The known secret of a demo account's authenticator app, in Base32; shared.local.demo knows the rule too."""
    return base64.b32encode(hashlib.sha256(f"yiwang demo {username}".encode()).digest()[:20]).decode()


async def load(session: AsyncSession, population: int = POOL) -> list[str]:
    """Makes the accounts which are missing; their user names. The register knows `population` other people besides."""
    made = []
    hashed = await hash_password(PASSWORD)
    for account in accounts():
        if await queries.by_username(session, account.username) is None:
            await keep_new(session, account, hashed, now(), by=SYSTEM)
            if account.kind == STAFF:
                session.add(_app_of(account))
            made.append(account.username)
            if account.kind == PERSON:
                _check(session, account)
    await load_people(session, [made_up_person(index) for index in range(population)])
    await load_people(session, [(name, number) for _, name, number, _ in PEOPLE])
    await load_representatives(session, [(code, PEOPLE[-1][2]) for code in ENTERPRISES])
    return made


def made_up_person(index: int) -> tuple[str, str]:
    """Name and identity number of one of those whom the register knows; shared.local.demo knows the rule too."""
    born = datetime.date(1960, 1, 1) + datetime.timedelta(days=7 * index)
    return NAMES[index % len(NAMES)], identity.make("421303", born, 900 + index % 100)


def _check(session: AsyncSession, account: Account) -> None:
    """The people of the demo are checked as if they had asked for it."""
    verifier = LocalPopulation.name
    account.trust_level, account.trust_checked_at, account.trust_verifier = TWO_FACTOR, now(), verifier
    session.add(Verification(account_id=account.id, level=TWO_FACTOR, outcome=CONFIRMED, verifier=verifier))


def _app_of(account: Account) -> Authenticator:
    return Authenticator(account_id=account.id, label="demo", secret=totp_secret(account.username), last_step=0)


def accounts() -> list[Account]:
    """The demo accounts."""
    staff = []
    for username, name, unit, region, role in STAFF_ACCOUNTS:
        check_roles([role])
        found = {"username": username, "name": name, "unit": unit, "region": region, "roles": [role]}
        staff.append(Account(id=account_id(username), kind=STAFF, **found))
    people = [
        Account(
            id=account_id(username),
            kind=PERSON,
            username=username,
            name=name,
            id_number=number,
            id_number_index=blind_index(number, ID_NUMBER_SCOPE),
            phone=phone,
            roles=[],
        )
        for username, name, number, phone in PEOPLE
    ]
    return staff + people


async def run(settings: Settings) -> list[str]:
    """Loads the demo accounts into the configured database."""
    runtime = make_runtime("sso", settings)
    try:
        async with runtime.sessions.begin() as session:
            return await load(session)
    finally:
        await runtime.engine.dispose()


def main(arguments: list[str]) -> None:
    """The command line."""
    if arguments[:1] == ["code"] and len(arguments) == 2:
        left = STEP_SECONDS - int(time.time()) % STEP_SECONDS
        print(f"{code_at(totp_secret(arguments[1]), int(time.time()) // STEP_SECONDS)}  ({left} s)")
        return
    print(f"sso: {len(asyncio.run(run(Settings())))} demo accounts made, password {PASSWORD}")


if __name__ == "__main__":
    main(sys.argv[1:])
