"""The catalogue of shared resources: sharing types, fields, update cycles. Pure.

《政务信息资源共享管理暂行办法》（国发〔2016〕51号） articles 5 and 9: sharing is the rule; each resource is shared
unconditionally, on conditions, or not, and who does not share names the law that forbids it.
《政务数据共享条例》 (Order 809, from 2025-08-01) keeps the three classes and forbids conditions beyond them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.errors import FieldError
from svc_credit_registry.sharing.resources.errors import ResourceFaulty

BASIS = "《政务信息资源共享管理暂行办法》（国发〔2016〕51号）第九条；《政务数据共享条例》（国务院令第809号）"


class Sharing(StrEnum):
    """How a resource is shared."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NOT_SHARED = "not_shared"


SHARING_LABELS: dict[Sharing, tuple[str, str]] = {
    Sharing.UNCONDITIONAL: ("无条件共享", "Shared with every agency"),
    Sharing.CONDITIONAL: ("有条件共享", "Shared on request"),
    Sharing.NOT_SHARED: ("不予共享", "Not shared"),
}


class ResourceSource(StrEnum):
    """Where the data of a resource are: in the register, among the items of a kind, or with the producer itself."""

    ENTERPRISES = "enterprises"
    RECORDS = "records"
    EXTERNAL = "external"


class Coverage(StrEnum):
    """Whose items of a kind a resource holds: its producer's own, or those of every producer.

    一数一源 (国发〔2016〕51号): who produced data answers for them, so only the office that keeps the catalogue may
    open those of all.
    """

    OWN = "own"
    ALL = "all"


COVERAGE_LABELS: dict[Coverage, tuple[str, str]] = {
    Coverage.OWN: ("本机关产生的信息", "What its producer produced"),
    Coverage.ALL: ("各机关产生的同类信息", "What all producers of the kind produced"),
}


class Cycle(StrEnum):
    """How often a resource is brought up to date."""

    REAL_TIME = "real_time"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    IRREGULAR = "irregular"


CYCLES: dict[Cycle, timedelta | None] = {
    Cycle.REAL_TIME: timedelta(hours=1),
    Cycle.DAILY: timedelta(days=1),
    Cycle.WEEKLY: timedelta(days=7),
    Cycle.MONTHLY: timedelta(days=31),
    Cycle.QUARTERLY: timedelta(days=92),
    Cycle.YEARLY: timedelta(days=366),
    Cycle.IRREGULAR: None,
}
"""How old the newest record may be before the feed counts as late; None where nothing is promised."""

CYCLE_LABELS: dict[Cycle, tuple[str, str]] = {
    Cycle.REAL_TIME: ("实时", "At once"),
    Cycle.DAILY: ("每日", "Daily"),
    Cycle.WEEKLY: ("每周", "Weekly"),
    Cycle.MONTHLY: ("每月", "Monthly"),
    Cycle.QUARTERLY: ("每季度", "Quarterly"),
    Cycle.YEARLY: ("每年", "Yearly"),
    Cycle.IRREGULAR: ("不定期", "Irregularly"),
}


class State(StrEnum):
    """Where an entry stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


ENTERPRISE_FIELDS: Mapping[str, str] = {
    "code": "string",
    "name": "string",
    "region": "string",
    "industry_code": "string",
    "organisation_form": "string",
    "status": "string",
    "established_on": "date",
    "registered_on": "date",
    "ended_on": "date",
    "legal_representative_name": "string",
    "registered_capital_yuan": "decimal",
    "address": "string",
    "business_scope": "string",
    "producer": "string",
    "basis": "string",
    "received_at": "datetime",
    "version": "integer",
}
"""What may be shared of the register, with types."""
RECORD_FIELDS: Mapping[str, str] = {
    "code": "string",
    "key": "string",
    "version": "integer",
    "receipt": "string",
    "producer": "string",
    "provider": "string",
    "basis": "string",
    "produced_on": "date",
    "effective_from": "date",
    "effective_until": "date",
    "recorded_at": "datetime",
}
"""What may be shared of an item beside what it says (`content.<field>`)."""
CONTENT = "content."


@dataclass(frozen=True)
class Draft:
    """An entry, as far as it can be checked by itself."""

    source: ResourceSource
    fields: Sequence[str]
    sharing: Sharing
    sharing_basis: str
    conditions: str
    coverage: Coverage = Coverage.OWN


def known_fields(source: ResourceSource, content: Sequence[str]) -> frozenset[str] | None:
    """The fields which a source has; None when only its producer knows. `content` are those of the kind of item."""
    if source is ResourceSource.ENTERPRISES:
        return frozenset(ENTERPRISE_FIELDS)
    if source is ResourceSource.RECORDS:
        return frozenset(RECORD_FIELDS) | {CONTENT + name for name in content}
    return None


def check(draft: Draft, known: frozenset[str] | None) -> None:
    """Refuses an entry with all its faults: fields that are not there, and a sharing type without what it demands."""
    faults = []
    for number, name in enumerate(draft.fields):
        if known is not None and name not in known:
            faults.append(FieldError(f"/fields/{number}/name", "field_unknown", f"没有此字段 (no such field): {name}"))
        if name in draft.fields[:number]:
            faults.append(FieldError(f"/fields/{number}/name", "field_repeated", name))
    if draft.coverage is Coverage.ALL and draft.source is not ResourceSource.RECORDS:
        message = "仅公示信息类资源可汇集各机关信息 (only a resource of the record can hold what all produced)"
        faults.append(FieldError("/coverage", "coverage_of_records", message))
    if draft.sharing is Sharing.NOT_SHARED and not draft.sharing_basis:
        faults.append(FieldError("/sharing_basis", "reason_missing", "不予共享须有法律依据 (name the law)"))
    if draft.sharing is Sharing.CONDITIONAL and not draft.conditions:
        faults.append(FieldError("/conditions", "conditions_missing", "有条件共享须说明条件 (say on which conditions)"))
    if faults:
        raise ResourceFaulty(errors=faults)
