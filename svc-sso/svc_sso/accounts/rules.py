"""Who may hold an account, which roles there are, and what each may do."""

import re
from collections.abc import Iterable

from shared.errors import FieldError
from svc_sso.accounts.errors import AdministratorsExclude, BadUsername, RoleUnknown

PERSON, STAFF = "person", "staff"

USERNAME = re.compile(r"^[a-z0-9][a-z0-9._-]{2,31}$")
SHORTEST_OWN_USERNAME = 4
PHONE = r"^1[3-9]\d{9}$"
EMAIL = r"^[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$"

PERSON_PERMISSIONS = frozenset(
    {
        "services:names:reserve",
        "services:applications:apply",
        "services:evaluations:give",
        "complaints:complaints:file",
    }
)

ROLES: dict[str, frozenset[str]] = {
    "registrar": frozenset({"services:applications:handle", "sso:identities:check"}),
    "complaint_officer": frozenset({"complaints:complaints:handle"}),
    "registry_officer": frozenset(
        {
            "credit-registry:enterprises:maintain",
            "credit-registry:filings:handle",
            "credit-registry:inspections:plan",
            "credit-registry:leads:handle",
            "credit-registry:lists:decide",
            "credit-registry:measures:direct",
            "credit-registry:people:search",
            "credit-registry:resources:decide",
            "credit-registry:risk:run",
        }
    ),
    "inspector": frozenset({"credit-registry:inspections:conduct", "credit-registry:people:search"}),
    "disclosure_editor": frozenset({"disclosure:articles:edit"}),
    "secrecy_reviewer": frozenset({"disclosure:articles:review"}),
    "disclosure_approver": frozenset({"disclosure:articles:approve"}),
    "disclosure_leader": frozenset({"disclosure:articles:lead"}),
    "system_admin": frozenset({"platform:operations"}),
    "security_admin": frozenset({"sso:accounts:administer"}),
    "audit_admin": frozenset({"platform:audit"}),
}

# GB/T 22239-2019, level 3, 8.1.5: system, security and audit management are in different hands.
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


def normalized_username(text: str) -> str:
    """The user name as it is kept and compared: lower case, no space around it."""
    return text.strip().lower()


def check_username(username: str, kind: str) -> None:
    """Refuses a user name of another form; a natural person's has at least 4 characters."""
    shortest = SHORTEST_OWN_USERNAME if kind == PERSON else 3
    if not USERNAME.fullmatch(username) or len(username) < shortest:
        message = "4 至 32 个字符,限小写字母、数字、点、横线和下划线 (4 to 32 of a-z 0-9 . _ -)"
        raise BadUsername(message, errors=[FieldError("/username", "bad_username", message)])


def check_roles(roles: Iterable[str]) -> None:
    """Refuses roles which do not exist and administrators' roles in one hand."""
    given = set(roles)
    unknown = sorted(given - ROLES.keys())
    if unknown:
        raise RoleUnknown(errors=[FieldError("/roles", "role_unknown", ", ".join(unknown))])
    if len(given & set(ADMINISTRATORS)) > 1:
        raise AdministratorsExclude


def permissions_of(kind: str, roles: Iterable[str]) -> frozenset[str]:
    """What an account may do, by its kind and roles."""
    granted = set(PERSON_PERMISSIONS) if kind == PERSON else set()
    for role in roles:
        granted |= ROLES.get(role, frozenset())
    return frozenset(granted)


def mask_email(address: str) -> str:
    """The first character and the domain: z****@mail.example."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}****@{domain}"


def mask_address(address: str) -> str:
    """The first three characters, most often the city."""
    return address[:3] + "****"
