"""Who acts in the demonstration: officers with the rights of their role, enterprises for themselves, agencies."""

import uuid

from shared.auth import Caller

RIGHTS = frozenset(
    f"credit-registry:{right}"
    for right in (
        "enterprises:maintain", "filings:handle", "inspections:plan", "leads:handle", "lists:decide", "measures:direct",
        "people:search", "resources:decide", "risk:run",
    )
)  # fmt: skip
ZENGDU, SUIZHOU = "AMR-421303", "AMR-421300"
TAX, FINANCE, MONITORING, TRADEMARK_OFFICE = "tax-suizhou", "finance-suizhou", "monitoring-suizhou", "cnipa"
"""Systems of agencies that hand in records, carry measures out and report leads; none of them can log in."""


def officer(region: str) -> Caller:
    """An officer of the market regulator of a region."""
    return Caller(subject=f"demo-{region}", kind="staff", unit=f"AMR-{region}", region=region, permissions=RIGHTS)


def enterprise(code: str) -> Caller:
    """An enterprise, by its representative."""
    return Caller(subject="demo", kind="system", org=code)


def agency(client: str) -> Caller:
    """The system of an agency."""
    return Caller(subject=client, kind="system", client_id=client)


def account_of(username: str) -> str:
    """The id of a demo account of single sign-on, which follows from the user name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"yiwang demo {username}"))
