"""What applicants do: begin, fill in, hand in, correct, withdraw. What the state holds is filled in for them."""

import json
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.codes import regions
from shared.errors import FieldError
from shared.events.services import ApplicationCorrectedV1, ApplicationSubmittedV1, ApplicationWithdrawnV1
from shared.http import check_version
from shared.outbound import Outbound
from shared.outbox import publish
from shared.privacy import mask_id_number, mask_name, mask_phone
from shared.runtime import Runtime
from svc_services.applications.errors import (
    CorrectionIncomplete,
    FormIncomplete,
    MatterNotMandated,
    ProfileIncomplete,
    RegionNeeded,
    ReservationNeeded,
    TrustLevelNeeded,
)
from svc_services.applications.schemas import ApplicationIn, ApplicationPatch, ResubmissionIn
from svc_services.cases import queries as cases
from svc_services.cases import rules, service
from svc_services.cases.models import Application
from svc_services.cases.rules import Act, State
from svc_services.clients import sso
from svc_services.forms import rules as forms
from svc_services.forms.service import check_size, faults_of
from svc_services.materials import queries as materials
from svc_services.materials import service as files_in
from svc_services.materials.errors import MaterialsLocked
from svc_services.materials.rules import missing
from svc_services.materials.service import Upload
from svc_services.matters import queries as matter_queries
from svc_services.matters import service as matters
from svc_services.matters.models import Matter
from svc_services.matters.schemas import Guide, MaterialSpec
from svc_services.names import service as names
from svc_services.names.models import NameReservation
from svc_services.names.service import live_reservation
from svc_services.numbering.rules import Kind
from svc_services.numbering.service import next_number

RESERVATION = "name_reservation"
EDITS = {State.DRAFT: Act.EDIT, State.CORRECTION_REQUESTED: Act.CORRECT}


@dataclass(frozen=True)
class Known:
    """What the platform fills in: as it is kept (`full`, encrypted) and as it is shown (`shown`, masked)."""

    full: dict[str, str]
    shown: dict[str, Any]


async def start(
    session: AsyncSession, outbound: Outbound, caller: Caller, body: ApplicationIn, today: date
) -> Application:
    """A draft with everything filled in that is known already. 503 when single sign-on can't be asked."""
    matter, guide = await matters.open_matter(session, body.matter_code, today)
    _check_may(caller, matter, guide)
    reservation = await _reservation(session, caller, body.reservation_id, today)
    region = _region(body, reservation)
    known = await _known(outbound, caller, guide, f"application {matter.code}")
    standard = await matters.standard_in(session, matter, region, today)
    application = Application(
        number=await next_number(session, Kind.APPLICATION, region, today),
        matter_id=matter.id,
        matter_code=matter.code,
        matter_name=matter.name,
        matter_name_en=matter.name_en,
        region=region,
        applicant_id=caller.subject,
        org=caller.org,
        reservation_id=reservation.id if reservation else None,
        state=State.DRAFT,
        form={},
        prefilled={**known.shown, **_name_parts(guide, reservation)},
        personal=json.dumps(known.full, ensure_ascii=False),
        standard={
            "working_days": standard.working_days,
            "extension_working_days": standard.extension_working_days,
            "fee_yuan": standard.fee_yuan,
            "required_materials": sorted(standard.required_materials),
        },
    )
    application.form = _patched(application, guide, body.form)
    session.add(application)
    await session.flush()
    await audit.record(
        session,
        caller,
        action="application.started",
        object_type="application",
        object_id=application.id,
        after={"number": application.number, "matter_code": matter.code, "region": region},
    )
    return application


def _check_may(caller: Caller, matter: Matter, guide: Guide) -> None:
    """Whether the applicant is known well enough, and acts for an enterprise in its matters only."""
    if not caller.is_trusted(guide.trust_level):
        how = "POST /api/sso/v1/me/verifications"
        raise TrustLevelNeeded(needed=guide.trust_level, trust_level=caller.trust_level, how=how)
    if caller.org is not None and not caller.acts_for(caller.org, matter.code):
        raise MatterNotMandated(matter_code=matter.code)


async def _reservation(
    session: AsyncSession, caller: Caller, reservation_id: uuid.UUID | None, today: date
) -> NameReservation | None:
    return await live_reservation(session, caller, reservation_id, today) if reservation_id else None


def _region(body: ApplicationIn, reservation: NameReservation | None) -> str:
    region = reservation.region if reservation else body.region
    if region is None or not regions.is_current(region):
        raise RegionNeeded(errors=[FieldError("/region", "required", "请填写办理地区 / say in which region")])
    if body.region not in (None, region):
        raise RegionNeeded(errors=[FieldError("/region", "differs", "与保留名称的地区不一致 / not that of the name")])
    return region


async def _known(outbound: Outbound, caller: Caller, guide: Guide, purpose: str) -> Known:
    profile = await sso.profile(outbound, caller, purpose)
    if profile is None:
        raise ProfileIncomplete
    full = {
        "applicant_name": profile.name,
        "applicant_id_number": profile.id_number,
        "applicant_phone": profile.phone,
        "legal_representative_name": profile.name,
    }
    masked = {
        "applicant_name": mask_name(profile.name),
        "applicant_id_number": mask_id_number(profile.id_number),
        "applicant_phone": mask_phone(profile.phone),
        "legal_representative_name": mask_name(profile.name),
    }
    shown = {p.field: masked[p.field] for p in guide.prefilled if p.field in masked}
    return Known({name: full[name] for name in shown}, shown)


def _name_parts(guide: Guide, reservation: NameReservation | None) -> dict[str, Any]:
    """What a reserved name fills in."""
    if reservation is None:
        return {}
    return {p.field: getattr(reservation, p.field) for p in guide.prefilled if p.source == RESERVATION}


def _patched(application: Application, guide: Guide, patch: dict[str, Any]) -> dict[str, Any]:
    """The form with `patch` applied; 422 for prefilled fields and for fields which the guide doesn't ask for."""
    personal = [p.field for p in guide.prefilled if p.personal]
    own_part = forms.without_prefilled(patch, application.prefilled, personal)
    merged = forms.merge_patch(application.form, own_part)
    check_size(merged)
    assert isinstance(merged, dict)
    beyond = [f for f in faults_of(merged, guide.form_schema) if f.code == "not_in_guide"]
    if beyond:
        raise FormIncomplete(errors=beyond)
    return merged


async def edit(
    session: AsyncSession, caller: Caller, place: tuple[uuid.UUID, int], body: ApplicationPatch, today: date
) -> Application:
    """Fills in the form of a draft, or corrects it when corrections were asked for. 412 for a stale version."""
    application_id, version = place
    application = await service.own(session, caller, application_id, lock=True)
    act = EDITS.get(State(application.state), Act.EDIT)
    rules.after(State(application.state), act)
    check_version(application, version)
    _, guide = await guide_of(session, application)
    if body.reservation_id is not None:
        await _rest_on(session, caller, application, body.reservation_id, today)
    before = application.form
    application.form = _patched(application, guide, body.form)
    await audit.record(
        session,
        caller,
        action=f"application.{act}",
        object_type="application",
        object_id=application.id,
        # Only which parts: what they hold may be personal data.
        after={"changed": forms.changed_parts(before, application.form)},
    )
    await session.flush()
    return application


async def _rest_on(
    session: AsyncSession, caller: Caller, application: Application, reservation_id: uuid.UUID, today: date
) -> None:
    """Gives a draft its reserved name, or another one."""
    rules.after(State(application.state), Act.SUBMIT)
    reservation = await live_reservation(session, caller, reservation_id, today)
    if reservation.region != application.region:
        raise RegionNeeded(errors=[FieldError("/reservation_id", "differs", "地区不一致 / of another region")])
    _, guide = await guide_of(session, application)
    application.reservation_id = reservation.id
    application.prefilled = {**application.prefilled, **_name_parts(guide, reservation)}


async def guide_of(session: AsyncSession, application: Application) -> tuple[Matter, Guide]:
    """The revision of the guide under which a case started: nothing beyond it may be asked."""
    matter = await matter_queries.matter_by_id(session, application.matter_id)
    return matter, Guide.model_validate(matter.guide)


async def put_material(
    session: AsyncSession, runtime: Runtime, caller: Caller, place: tuple[uuid.UUID, str], upload: Upload
) -> Application:
    """Hands in the file for one material of the guide, while the case is a draft or under correction."""
    application_id, code = place
    # An upload may take minutes: no transaction is held open meanwhile, and the case is looked at again afterwards.
    async with runtime.sessions() as look:
        spec = await _changeable(look, await service.own(look, caller, application_id), code)
    stored = await files_in.receive(runtime.files, spec, upload)
    application = await service.own(session, caller, application_id, lock=True)
    await _changeable(session, application, code)
    material = await files_in.enter(session, application.id, code, upload, stored)
    await audit.record(
        session,
        caller,
        action="application.material",
        object_type="application",
        object_id=application.id,
        after={"code": code, "sha256": material.sha256, "size": material.size, "media_type": material.media_type},
    )
    return application


async def _changeable(session: AsyncSession, application: Application, code: str) -> MaterialSpec:
    if State(application.state) not in EDITS:
        raise MaterialsLocked(state=application.state)
    _, guide = await guide_of(session, application)
    return files_in.spec_of(guide.materials, code)


async def submit(session: AsyncSession, caller: Caller, application_id: uuid.UUID, today: date) -> Application:
    """Hands a draft in. 422 names every fault of the form and every missing material at once."""
    application = await service.own(session, caller, application_id, lock=True)
    rules.after(State(application.state), Act.SUBMIT)
    await _check_complete(session, application)
    if application.reservation_id is not None:
        await live_reservation(session, caller, application.reservation_id, today)
        await names.hold(session, application.reservation_id, held=True)
    application.submitted_on, application.terms_version = today, rules.terms_on(today).version
    await service.move(session, caller, application, Act.SUBMIT, today)
    event = ApplicationSubmittedV1(
        application_id=application.id,
        number=application.number,
        matter_code=application.matter_code,
        region=application.region,
        applicant_id=uuid.UUID(application.applicant_id),
        submitted_on=today,
    )
    await publish(session, event)
    return application


async def _check_complete(session: AsyncSession, application: Application) -> None:
    _, guide = await guide_of(session, application)
    if guide.needs_reservation and application.reservation_id is None:
        fault = FieldError("/reservation_id", "required", "请先保留企业名称 / reserve a name first")
        raise ReservationNeeded(errors=[fault])
    present = await materials.of_application(session, application.id)
    required = {str(code) for code in _strings(application.standard["required_materials"])}
    faults = faults_of(application.form, guide.form_schema)
    faults += [FieldError(f"/materials/{c}", "required", "缺少材料 / missing") for c in missing(required, present)]
    if faults:
        raise FormIncomplete(errors=faults)


def _strings(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


async def resubmit(
    session: AsyncSession, caller: Caller, application_id: uuid.UUID, body: ResubmissionIn, today: date
) -> Application:
    """Hands the corrections in. 422 names what was asked for and is neither changed nor explained."""
    application = await service.own(session, caller, application_id, lock=True)
    rules.after(State(application.state), Act.RESUBMIT)
    await _check_complete(session, application)
    await _record_changes(session, application, body)
    application.resubmitted_on = today
    await service.move(session, caller, application, Act.RESUBMIT, today)
    await publish(session, ApplicationCorrectedV1(application_id=application.id, number=application.number))
    return application


async def _record_changes(session: AsyncSession, application: Application, body: ResubmissionIn) -> None:
    correction = await cases.correction_of(session, application.id)
    assert correction is not None, "the state says that corrections were asked for"
    present = await materials.of_application(session, application.id)
    before = {code: str(sha256) for code, sha256 in correction.materials_before.items()}
    changed = forms.changed_parts(correction.form_before, application.form)
    changed += forms.changed_materials(before, {code: m.sha256 for code, m in present.items()})
    explained = {e.target: e.text for e in body.explanations}
    targets = [str(item["target"]) for item in correction.items]
    open_targets = forms.unanswered(targets, changed, explained)
    if open_targets:
        unchanged = "未修改也未说明 / neither changed nor explained"
        raise CorrectionIncomplete(errors=[FieldError(t, "unchanged", unchanged) for t in open_targets])
    correction.changed, correction.explanations = changed, dict(explained)


async def withdraw(
    session: AsyncSession, caller: Caller, application_id: uuid.UUID, reason: str | None, today: date
) -> Application:
    """Takes an application back before it is decided. The reserved name is free for another application."""
    application = await service.own(session, caller, application_id, lock=True)
    rules.after(State(application.state), Act.WITHDRAW)
    if application.reservation_id is not None:
        await names.hold(session, application.reservation_id, held=False)
    await service.move(session, caller, application, Act.WITHDRAW, today, reason)
    if application.submitted_on is not None:
        await publish(session, ApplicationWithdrawnV1(application_id=application.id, number=application.number))
    return application
