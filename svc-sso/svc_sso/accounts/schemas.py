"""Bodies about accounts."""

import unicodedata
import uuid
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.codes import identity
from shared.privacy import Unmasked, mask_id_number, mask_name, mask_phone
from svc_sso.accounts.models import Account, ProfileRead
from svc_sso.accounts.rules import EMAIL, PERSON, PHONE, mask_address, mask_email, permissions_of


def _identity_number(value: str) -> str:
    try:
        return identity.parse(value)
    except identity.InvalidIdentityNumber as exc:
        raise PydanticCustomError(exc.code, "居民身份证号码不正确 (not a resident identity number, GB 11643)") from exc


def _visible(value: str) -> str:
    # Control and format characters and line ends: two names that look alike must be alike.
    if any(unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} for character in value):
        raise PydanticCustomError("name_invisible", "姓名含有不可见字符 (the name holds invisible characters)")
    return value


Name = Annotated[
    Unmasked, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_visible)
]
IdNumber = Annotated[Unmasked, AfterValidator(_identity_number), Field(max_length=40)]
Phone = Annotated[Unmasked, StringConstraints(strip_whitespace=True, pattern=PHONE)]
Secret = Annotated[str, Field(min_length=1, max_length=512)]


Email = Annotated[Unmasked, StringConstraints(strip_whitespace=True, max_length=254, pattern=EMAIL)]
Address = Annotated[
    Unmasked, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_visible)
]


class AccountIn(BaseModel):
    """A natural person who opens an account."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=4, max_length=32, examples=["zhang.wei"])]
    password: Secret = Field(description="At least 8 characters; not a common one, not holding the user name")
    name: Name = Field(description="As on the identity card; rare characters are fine")
    id_number: IdNumber = Field(description="Resident identity number, GB 11643")
    phone: Phone = Field(description="Mobile number")


class AccountOut(BaseModel):
    """An account, personal data masked."""

    id: uuid.UUID
    kind: str
    username: str
    name: str = Field(description="Masked", examples=["张*"])
    id_number: str | None = Field(description="Masked")
    phone: str | None = Field(description="Masked")
    email: str | None = Field(default=None, description="Masked", examples=["z****@mail.example"])
    address: str | None = Field(default=None, description="For post and service; masked")
    trust_level: str | None = Field(
        default=None, description="Of people: how well they are known: self_declared, two_factor, in_person"
    )
    unit: str | None
    region: str | None
    roles: list[str]
    permissions: list[str]
    created_at: datetime
    version: int


class MeIn(BaseModel):
    """What a person changes in the own account."""

    model_config = ConfigDict(extra="forbid")

    phone: Phone
    email: Email | None = Field(default=None, description="Null removes it; left out it stays")
    address: Address | None = Field(default=None, description="For letters; null removes it, left out it stays")


class ProfileOut(BaseModel):
    """Unmasked data to fill forms with."""

    account_id: uuid.UUID
    name: str
    id_number: str | None
    phone: str | None


class ProfileReadOut(BaseModel):
    """Who has looked at my data."""

    id: uuid.UUID
    reader: str = Field(
        description="`self`, the client id of a service which read for you, or the unit whose official read it"
    )
    purpose: str = Field(description="What for; of an official's reading the number of the case in which it was done")
    fields: list[str]
    read_at: datetime


def shown(account: Account) -> AccountOut:
    """An account as anyone may see it who may see it."""
    return AccountOut(
        id=account.id,
        kind=account.kind,
        username=account.username,
        name=mask_name(account.name),
        id_number=mask_id_number(account.id_number) if account.id_number else None,
        phone=mask_phone(account.phone) if account.phone else None,
        email=mask_email(account.email) if account.email else None,
        address=mask_address(account.address) if account.address else None,
        trust_level=account.trust_level if account.kind == PERSON else None,
        unit=account.unit,
        region=account.region,
        roles=sorted(account.roles),
        permissions=sorted(permissions_of(account.kind, account.roles)),
        created_at=account.created_at,
        version=account.version,
    )


def shown_read(row: ProfileRead) -> ProfileReadOut:
    """One line of "who has looked at my data"."""
    return ProfileReadOut(id=row.id, reader=row.reader, purpose=row.purpose, fields=row.fields, read_at=row.read_at)
