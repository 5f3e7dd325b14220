"""Bodies about staff accounts."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svc_sso.accounts.models import Account
from svc_sso.accounts.schemas import AccountOut, Name, Phone, shown
from svc_sso.staff.models import Unit as UnitRow

Unit = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z][A-Z0-9-]{1,31}$")]
Region = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]


class StaffIn(BaseModel):
    """A new member of staff."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=3, max_length=32, examples=["wang.fang"])]
    name: Name
    phone: Phone | None = None
    unit: Unit = Field(examples=["AMR-421303"])
    region: Region | None = Field(default=None, description="That of the unit; may be left out", examples=["421303"])
    roles: Annotated[list[str], Field(max_length=10)] = Field(default_factory=list)


class StaffPatch(BaseModel):
    """What changes of a member of staff; fields left out stay."""

    model_config = ConfigDict(extra="forbid")

    unit: Unit | None = None
    region: Region | None = None
    roles: Annotated[list[str], Field(max_length=10)] | None = None
    disabled: bool | None = None


class StaffOut(AccountOut):
    """A member of staff, personal data masked."""

    disabled: bool


class StaffCreated(StaffOut):
    """A new member of staff with the password for the first log-in, shown this once; it must be changed then."""

    initial_password: str


class EnrolmentSecret(BaseModel):
    """What stands in for the second factor once, to set up a new one; shown this once."""

    enrolment_secret: str


class OneTimePassword(BaseModel):
    """A password which opens nothing but its own change; shown this once."""

    initial_password: str


def shown_staff(account: Account) -> StaffOut:
    """A member of staff as the security administrator sees one."""
    return StaffOut(**shown(account).model_dump(), disabled=account.disabled_at is not None)


class UnitOut(BaseModel):
    """A unit of the administration."""

    code: str = Field(examples=["AMR-421303"])
    name: str = Field(examples=["曾都区市场监督管理局"])
    parent_code: str | None
    kind: str = Field(description="head_office, department, centre, province, city or county")
    region: str


def shown_unit(row: UnitRow) -> UnitOut:
    """A unit as anyone may see it."""
    return UnitOut(code=row.code, name=row.name, parent_code=row.parent_code, kind=row.kind, region=row.region)
