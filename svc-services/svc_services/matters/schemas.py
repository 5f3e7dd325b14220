"""Guides as people read them and programs use them. Human text comes in Chinese with English beside it (`*_en`)."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from svc_services.matters.rules import Changes, Standard


class Basis(BaseModel):
    """A legal basis."""

    title: str
    article: str
    note: str | None = None


class Text(BaseModel):
    """A sentence in both languages."""

    zh: str
    en: str


class MaterialSpec(BaseModel):
    """One material of a guide: nothing beside these may be asked or handed in."""

    code: str
    name: str
    name_en: str
    basis: str
    required: bool
    copies: int = 1
    form: str = Field(description="electronic or paper; what is handed in online is electronic")
    signature: str = Field(description="Who signs it")
    media_types: list[str]
    blank_form: str | None = Field(default=None, description="Text of the blank form")
    sample: str | None = Field(default=None, description="A filled example in words")


class NotAsked(BaseModel):
    """What the state already holds or can verify, so nobody may ask for it again."""

    code: str
    name: str
    name_en: str
    source: str = Field(description="Where it comes from")
    basis: str


class Step(BaseModel):
    """One node of the procedure."""

    node: str
    name: str
    name_en: str
    by: str
    term: Text | None = None


class TimeLimit(BaseModel):
    """How long the decision may take, in working days."""

    on_the_spot: bool
    working_days: int = Field(ge=0)
    extension_working_days: int = Field(ge=0)
    basis: str


class Fees(BaseModel):
    """What it costs, in yuan."""

    yuan: int = Field(ge=0)
    basis: str


class Prefill(BaseModel):
    """A field which the platform fills from a source it trusts; the applicant isn't asked for it."""

    field: str
    source: str = Field(description="svc-sso profile, or the reservation of the name")
    label: str
    label_en: str
    personal: bool = False


class Operation(BaseModel):
    """An operation by which a matter is done, when another service handles it."""

    method: Literal["GET", "POST"]
    path: str = Field(description="Through the gateway", examples=["/api/credit-registry/v1/annual-reports"])
    name: str
    name_en: str


class Guide(BaseModel):
    """What a matter is, in full."""

    model_config = ConfigDict(extra="forbid")

    subject: Text
    unit: Text
    trust_level: Literal["self_declared", "two_factor", "in_person"] = Field(
        default="self_declared", description="How well the applicant's identity must be checked at least"
    )
    basis: list[Basis]
    conditions: list[Text]
    materials: list[MaterialSpec]
    not_asked: list[NotAsked]
    procedure: list[Step]
    time_limit: TimeLimit
    fees: Fees
    result: Text
    notes: list[Text]
    needs_reservation: bool
    prefilled: list[Prefill]
    form_schema: dict[str, object] = Field(description="JSON Schema 2020-12 of what the applicant fills in")
    form_sample: dict[str, object]
    done_at: list[Operation] = Field(
        default_factory=list, description="Where a matter which another service handles is done; empty for the others"
    )

    def standard(self) -> Standard:
        """What a locality may only better."""
        return Standard(
            working_days=self.time_limit.working_days,
            extension_working_days=self.time_limit.extension_working_days,
            fee_yuan=self.fees.yuan,
            required_materials=frozenset(m.code for m in self.materials if m.required),
            conditions=frozenset(c.zh for c in self.conditions),
        )


class LocalChanges(BaseModel):
    """What a local implementation changes; absent members inherit."""

    model_config = ConfigDict(extra="forbid")

    working_days: int | None = Field(default=None, ge=0)
    extension_working_days: int | None = Field(default=None, ge=0)
    fee_yuan: int | None = Field(default=None, ge=0)
    waived_materials: list[str] = Field(default_factory=list)
    added_materials: list[str] = Field(default_factory=list)
    added_conditions: list[str] = Field(default_factory=list)
    basis: str = ""

    def as_rule(self) -> Changes:
        """The same for the rules."""
        return Changes(
            working_days=self.working_days,
            extension_working_days=self.extension_working_days,
            fee_yuan=self.fee_yuan,
            waived_materials=frozenset(self.waived_materials),
            added_materials=frozenset(self.added_materials),
            added_conditions=frozenset(self.added_conditions),
        )


class MatterSummary(BaseModel):
    """A matter in a list."""

    code: str
    revision: int
    name: str
    name_en: str
    online: bool = Field(description="Whether it can be done online, by the service named in `handled_by`")
    handled_by: str = Field(
        description="services: applied for here; else the service whose operations `guide.done_at` lists",
        examples=["services", "credit-registry"],
    )
    in_force_from: date


class LocalOut(BaseModel):
    """The locality's part of a guide."""

    region: str
    region_name: str
    in_force_from: date
    changes: LocalChanges


class MatterOut(MatterSummary):
    """A matter with its guide; `local` says what the asked region made better, already applied to the guide."""

    guide: Guide
    local: LocalOut | None = None
