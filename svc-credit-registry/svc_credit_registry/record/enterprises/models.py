"""The register: enterprises, the states and names they had before, and where a code went on."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Sequence, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Timestamps, Versioned, uuid_key
from svc_credit_registry.record.enterprises.rules import Status

CODE_NUMBERS = Sequence("credit_code_numbers", minvalue=0, start=0, metadata=Base.metadata)
"""Numbers the organisation codes that this register gives: unique in the whole country, gaps are normal."""


def code_column(**options: object) -> Mapped[str]:
    """A column for a credit code, compared byte by byte."""
    return mapped_column(String(18, collation="C"), **options)  # type: ignore[arg-type]


class Enterprise(Timestamps, Versioned, Base):
    """An enterprise under its unified social credit code. Who produced the data, and why, stands beside it."""

    __tablename__ = "enterprises"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'cancelled', 'revoked')", name="status"),
        CheckConstraint("(status = 'active') = (ended_on IS NULL)", name="ended_when_not_active"),
        CheckConstraint("ended_on >= established_on", name="ended_after_established"),
        CheckConstraint("registered_capital_yuan >= 0", name="capital"),
        Index("ix_enterprises_region", "region", "code", postgresql_where=text("status = 'active'")),
    )

    code: Mapped[str] = code_column(primary_key=True)
    name: Mapped[str]
    region: Mapped[str] = mapped_column(String(6))
    industry_code: Mapped[str] = mapped_column(String(5))
    organisation_form: Mapped[str]
    status: Mapped[str] = mapped_column(default=Status.ACTIVE)
    established_on: Mapped[date]
    registered_on: Mapped[date]
    ended_on: Mapped[date | None] = mapped_column(default=None)
    legal_representative_name: Mapped[str]
    registered_capital_yuan: Mapped[Decimal | None] = mapped_column(Numeric(20, 2))
    address: Mapped[str]
    business_scope: Mapped[str]
    application_id: Mapped[uuid.UUID | None] = mapped_column(unique=True, default=None)
    decided_on: Mapped[date | None] = mapped_column(default=None)
    """Of the registrar's last decision entered here; bulk files leave such an enterprise alone."""
    publication_due_on: Mapped[date | None]
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())
    producer: Mapped[str]
    basis: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())


class EnterpriseName(Base):
    """A name an enterprise bears or bore, with its period; `valid_until` is empty for the present one.

    There is no foreign key: enterprises are never deleted, and to look each of them up is half the cost of the row.
    """

    __tablename__ = "enterprise_names"
    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", name="period"),
        Index(
            "uq_enterprise_names_present", "code", unique=True, postgresql_where="valid_until IS NULL"
        ),
        Index("ix_enterprise_names_code", "code"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    code: Mapped[str] = mapped_column(String(18, collation="C"))
    name: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None] = mapped_column(default=None)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When `valid_until` was entered: before that the record showed the name as the present one."""


class EnterpriseVersion(Base):
    """A state of an enterprise that was replaced: it stood on the record from `recorded_at` until `superseded_at`.

    Written in the transaction of the change, also by the bulk loader; the present state is in `enterprises`, and stands
    since its `received_at`. There is no foreign key: enterprises are never deleted, and loads replace millions.
    """

    __tablename__ = "enterprise_versions"
    __table_args__ = (CheckConstraint("superseded_at >= recorded_at", name="superseded_after_recorded"),)

    code: Mapped[str] = code_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    region: Mapped[str] = mapped_column(String(6))
    industry_code: Mapped[str] = mapped_column(String(5))
    organisation_form: Mapped[str]
    status: Mapped[str]
    established_on: Mapped[date]
    registered_on: Mapped[date]
    ended_on: Mapped[date | None]
    legal_representative_name: Mapped[str]
    registered_capital_yuan: Mapped[Decimal | None] = mapped_column(Numeric(20, 2))
    address: Mapped[str]
    business_scope: Mapped[str]
    publication_due_on: Mapped[date | None]
    published_at: Mapped[datetime]
    producer: Mapped[str]
    basis: Mapped[str]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime]


class EnterpriseSuccessor(Base):
    """Where the record of a code went on: the code was changed, the enterprise merged, or an old number replaced."""

    __tablename__ = "enterprise_successors"
    __table_args__ = (
        CheckConstraint("reason IN ('code_changed', 'merged', 'number_unified')", name="reason"),
        CheckConstraint("old_code <> new_code", name="other"),
        Index("ix_enterprise_successors_new_code", "new_code"),
    )

    old_code: Mapped[str] = code_column(primary_key=True)
    """A credit code, or a registration number of 15 digits from before 2015-10-01."""
    new_code: Mapped[str] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    reason: Mapped[str]
    since: Mapped[date]
    producer: Mapped[str]
    basis: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
