"""The law of the lists as data."""

from datetime import date

from pydantic import BaseModel, Field

from svc_credit_registry.listing.grounds.rules import LIST_LABELS, Terms
from svc_credit_registry.listing.periods.rules import Period


class GroundOut(BaseModel):
    """A ground with its article and its cure."""

    code: str
    label: str
    label_en: str
    basis: str
    cure: str | None
    confirmed: bool
    note: str


class PeriodOut(BaseModel):
    """A period with its article."""

    node: str
    label: str
    label_en: str
    length: int
    unit: str
    lead_days: int
    basis: str
    confirmed: bool
    note: str


class ListTermsOut(BaseModel):
    """One measure: from when it is in force, what it names as grounds, which periods it sets."""

    version: str
    kind: str = Field(serialization_alias="list", description="abnormal or serious")
    list_label: str
    measure: str
    since: date | None = Field(description="Absent for drafts")
    in_force: bool = Field(description="False for drafts: nothing is decided by them")
    consent: bool = Field(description="Authorities below the province need their superior's consent")
    grounds: list[GroundOut]
    periods: list[PeriodOut]
    note: str


class ListLawOut(BaseModel):
    """All measures, drafts last."""

    items: list[ListTermsOut]


PERIODS = (
    "decision", "statement", "publication", "objection", "objection_acceptance", "objection_verification",
    "removal_acceptance", "removal_verification", "removal_decision", "early_removal", "warning", "escalation", "lasts",
)  # fmt: skip


def terms_out(terms: Terms, *, draft: bool, english: bool) -> ListTermsOut:
    """A measure in the reader's language."""
    periods: list[Period] = [period for name in PERIODS if (period := getattr(terms, name)) is not None]
    periods += terms.hearing
    return ListTermsOut(
        version=terms.version,
        kind=terms.kind,
        list_label=LIST_LABELS[terms.kind][english],
        measure=terms.measure,
        since=None if draft else terms.since,
        in_force=not draft,
        consent=terms.consent,
        grounds=[
            GroundOut(
                code=g.code,
                label=g.label_zh,
                label_en=g.label_en,
                basis=g.basis,
                cure=g.cure_en if english else g.cure_zh,
                confirmed=g.confirmed,
                note=g.note,
            )
            for g in terms.grounds
        ],
        periods=[
            PeriodOut(
                node=p.node,
                label=p.label_zh,
                label_en=p.label_en,
                length=p.length,
                unit=p.unit,
                lead_days=p.lead_days,
                basis=p.basis,
                confirmed=p.confirmed,
                note=p.note,
            )
            for p in periods
        ],
        note=terms.note,
    )
