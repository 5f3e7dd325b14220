"""Applications as their applicants and officers read them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from svc_services.applications.schemas import (
    ApplicationOut,
    ApplicationSummary,
    CorrectionItemOut,
    CorrectionOut,
    MaterialOut,
    PrefilledOut,
    RestrictionOut,
)
from svc_services.cases import queries as cases
from svc_services.cases.models import Application, CorrectionRequest
from svc_services.cases.rules import STATE_LABELS, State, next_action
from svc_services.cases.service import is_overdue, running_due
from svc_services.forms.rules import unanswered
from svc_services.materials import queries as materials
from svc_services.materials.models import Material
from svc_services.matters.queries import matter_by_id
from svc_services.matters.schemas import Guide, MaterialSpec
from svc_services.names.models import NameReservation


def summary_of(application: Application, today: date, *, english: bool) -> ApplicationSummary:
    """An application in a list."""
    return ApplicationSummary(**_summary(application, today, english=english))


def _summary(application: Application, today: date, *, english: bool) -> dict[str, Any]:
    plain = ("id", "number", "matter_code", "matter_name", "region", "state", "submitted_on", "version", "updated_at")
    return {name: getattr(application, name) for name in plain} | {
        "state_label": STATE_LABELS[State(application.state)][english],
        "due_on": running_due(application, today),
        "is_overdue": is_overdue(application, today),
    }


async def full(session: AsyncSession, application: Application, today: date, *, english: bool) -> ApplicationOut:
    """An application with its form, materials and corrections; personal data masked."""
    matter = await matter_by_id(session, application.matter_id)
    guide = Guide.model_validate(matter.guide)
    present = await materials.of_application(session, application.id)
    correction = await cases.correction_of(session, application.id)
    plain = ("reservation_id", "accepted_on", "extended_on", "decided_on", "outcome", "decision_reason", "completed_on")
    return ApplicationOut(
        **_summary(application, today, english=english),
        **{name: getattr(application, name) for name in plain},
        matter_revision=matter.revision,
        form={**application.form, **application.prefilled},
        prefilled=_prefilled(application, guide, english=english),
        not_asked=[n.name_en if english else f"{n.name}（{n.source}）" for n in guide.not_asked],
        materials=[_material(spec, application, present) for spec in guide.materials],
        correction=_correction(correction) if correction else None,
        name_verdicts=await _name_verdicts(session, application),
        # What is known by a name only may concern another person: it is for officials.
        restrictions=[RestrictionOut.model_validate(r) for r in certain(application)],
        restrictions_checked_at=application.restrictions_checked_at,
        next_action=next_action(State(application.state), english=english),
    )


def certain(application: Application) -> list[dict[str, Any]]:
    """What stood against those who apply themselves when it was decided."""
    return [dict(r) for r in application.restrictions or [] if r.get("matched_by") == "identity"]


def _prefilled(application: Application, guide: Guide, *, english: bool) -> list[PrefilledOut]:
    return [
        PrefilledOut(
            field=p.field,
            label=p.label_en if english else p.label,
            source=p.source,
            value=application.prefilled[p.field],
        )
        for p in guide.prefilled
        if p.field in application.prefilled
    ]


def _material(spec: MaterialSpec, application: Application, present: Mapping[str, Material]) -> MaterialOut:
    required = application.standard["required_materials"]
    out = MaterialOut(
        code=spec.code,
        name=spec.name,
        name_en=spec.name_en,
        required=isinstance(required, list) and spec.code in required,
    )
    found = present.get(spec.code)
    if found is None:
        return out
    fields = ("filename", "media_type", "size", "sha256", "uploaded_at")
    return out.model_copy(update={name: getattr(found, name) for name in fields})


def _correction(correction: CorrectionRequest) -> CorrectionOut:
    explanations = correction.explanations or {}
    items = []
    for item in correction.items:
        target = str(item["target"])
        changed = None if correction.changed is None else not unanswered([target], correction.changed, [])
        explanation = explanations.get(target)
        items.append(
            CorrectionItemOut(
                target=target,
                defect=str(item["defect"]),
                basis=str(item["basis"]),
                changed=changed,
                explanation=str(explanation) if explanation is not None else None,
            )
        )
    return CorrectionOut(
        requested_on=correction.requested_on, due_on=correction.due_on, items=items, changed=correction.changed
    )


async def _name_verdicts(session: AsyncSession, application: Application) -> list[dict[str, Any]]:
    if application.reservation_id is None:
        return []
    kept = await session.get(NameReservation, application.reservation_id)
    return list(kept.verdicts) if kept else []
