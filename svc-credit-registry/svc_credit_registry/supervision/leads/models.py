"""Leads from monitoring, and what became of them."""

import json
import uuid
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Sequence, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, Json, Timestamps, Versioned, uuid_key
from shared.privacy import EncryptedText
from svc_credit_registry.supervision.leads.rules import LeadState

LEAD_NUMBERS = Sequence("lead_numbers", minvalue=1, metadata=Base.metadata)


class Lead(Timestamps, Versioned, Base):
    """A lead as its reporter sent it, whom it concerns, and how it is dealt with.

    What it tells of people is encrypted: `particulars` holds facts, evidence and what the check has found, as JSON.
    """

    __tablename__ = "leads"
    __table_args__ = (
        UniqueConstraint("reporter", "key"),
        CheckConstraint(
            "state IN ('received', 'assigned', 'verified', 'transferred', 'concluded', 'closed')", name="state"
        ),
        CheckConstraint(
            "source IN ('advertising_monitoring', 'online_market_monitoring', 'pyramid_selling', 'other')",
            name="source",
        ),
        CheckConstraint("(state = 'closed') = (ground IS NOT NULL)", name="closed_with_ground"),
        CheckConstraint("state NOT IN ('transferred', 'concluded') OR case_number IS NOT NULL", name="case"),
        Index("ix_leads_queue", "region", "state", "received_on", "id"),
        Index("ix_leads_unsealed", "id", postgresql_where=text("particulars IS NULL")),
        Index("ix_leads_code", "code", "received_on", postgresql_where=text("code IS NOT NULL")),
        Index(
            "ix_leads_due", "due_on",
            postgresql_where=text("due_on IS NOT NULL AND state NOT IN ('concluded', 'closed')"),
        ),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = uuid_key()
    number: Mapped[str] = mapped_column(unique=True)
    reporter: Mapped[str]
    key: Mapped[str] = mapped_column(String(100))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    batch: Mapped[str | None]
    source: Mapped[str]
    category: Mapped[str]
    found_on: Mapped[date]
    received_on: Mapped[date]
    reported_code: Mapped[str | None] = mapped_column(String(18))
    reported_name: Mapped[str | None]
    domain: Mapped[str | None] = mapped_column(String(253))
    particulars: Mapped[str | None] = mapped_column(EncryptedText("leads.particulars"), default=None)
    plain_facts: Mapped[str | None] = mapped_column("facts", default=None)
    plain_evidence: Mapped[list[str] | None] = mapped_column("evidence", default=None)
    code: Mapped[str | None] = mapped_column(String(18, collation="C"), ForeignKey("enterprises.code"))
    matched_by: Mapped[str | None]
    candidates: Mapped[list[Json]]
    region: Mapped[str] = mapped_column(String(6))
    unit: Mapped[str | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(default=LeadState.RECEIVED)
    terms_version: Mapped[str]
    due_on: Mapped[date | None]
    assigned_on: Mapped[date | None] = mapped_column(default=None)
    extended_on: Mapped[date | None] = mapped_column(default=None)
    extension_reason: Mapped[str | None] = mapped_column(default=None)
    verified_on: Mapped[date | None] = mapped_column(default=None)
    finding: Mapped[str | None] = mapped_column(default=None)
    plain_summary: Mapped[str | None] = mapped_column("finding_summary", default=None)
    transferred_on: Mapped[date | None] = mapped_column(default=None)
    case_number: Mapped[str | None] = mapped_column(default=None)
    case_extensions: Mapped[list[Json]] = mapped_column(default=list, server_default="[]")
    """Each extension of the case: `until`, `reason`, `approved_by`, `extended_on`."""
    concluded_on: Mapped[date | None] = mapped_column(default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)
    penalty_key: Mapped[str | None] = mapped_column(default=None)
    closed_on: Mapped[date | None] = mapped_column(default=None)
    ground: Mapped[str | None] = mapped_column(default=None)
    ground_reason: Mapped[str | None] = mapped_column(default=None)
    published_on: Mapped[date | None] = mapped_column(default=None)

    @property
    def told(self) -> dict[str, Any]:
        """What is encrypted; of leads of before, until they are sealed, what stands in plain columns."""
        if self.particulars is not None:
            return dict(json.loads(self.particulars))
        plain = {"facts": self.plain_facts, "evidence": self.plain_evidence, "finding_summary": self.plain_summary}
        return {name: value for name, value in plain.items() if value is not None}

    @property
    def facts(self) -> str:
        """What was found, as the reporter says it."""
        return str(self.told["facts"])

    @property
    def evidence(self) -> list[str]:
        """Addresses or numbers of evidence."""
        return list(self.told["evidence"])

    @property
    def finding_summary(self) -> str | None:
        """What the check has found, in words."""
        return self.told.get("finding_summary")

    def seal(self, **changes: object) -> None:
        """Encrypts what the lead tells, with these changes."""
        self.particulars = json.dumps(self.told | changes, ensure_ascii=False)
        self.plain_facts = self.plain_evidence = self.plain_summary = None
