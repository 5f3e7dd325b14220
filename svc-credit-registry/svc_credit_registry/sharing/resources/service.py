"""Keeping the catalogue: entries come from officers or from the producers themselves, and officers publish them."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.errors import FieldError
from shared.http import check_version
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.record.records.schemas import CONTENTS
from svc_credit_registry.sharing.exchange.service import requester_of
from svc_credit_registry.sharing.resources import rules
from svc_credit_registry.sharing.resources.errors import (
    CoverageNotYours,
    NotYours,
    ResourceCodeTaken,
    ResourceFaulty,
    ResourceUnknown,
    WrongState,
)
from svc_credit_registry.sharing.resources.models import Resource
from svc_credit_registry.sharing.resources.rules import Coverage, Cycle, Draft, ResourceSource, Sharing, State
from svc_credit_registry.sharing.resources.schemas import FieldSpec, ResourceEdit, ResourceIn, ResourceOut

DECIDE, PUSH = "credit-registry:resources:decide", "credit-registry:records:push"
SETTLED = ("source", "kind", "coverage", "sharing", "sharing_basis", "conditions")


def is_officer(caller: Caller) -> bool:
    """Whether the caller keeps the catalogue."""
    return caller.has(DECIDE)


def check_keeper(caller: Caller, producer: str) -> None:
    """Refuses all but officers and the producer itself."""
    if not (is_officer(caller) or (caller.has(PUSH) and requester_of(caller) == producer)):
        raise NotYours(producer=producer)


def check_giver(caller: Caller, resource: Resource) -> None:
    """Refuses all who may not open the resource to others: its producer opens its own items, officers open all."""
    check_keeper(caller, resource.producer)
    check_coverage(caller, Coverage(resource.coverage))


def check_coverage(caller: Caller, coverage: Coverage) -> None:
    """Refuses a producer that would open what other producers answer for."""
    if coverage is Coverage.ALL and not is_officer(caller):
        raise CoverageNotYours


async def find(session: AsyncSession, code: str, *, lock: bool = False) -> Resource:
    """An entry in any state; 404 for an unknown code."""
    resource = await session.get(Resource, code, with_for_update=lock)
    if resource is None:
        raise ResourceUnknown
    return resource


async def published(session: AsyncSession, code: str) -> Resource:
    """An entry that is in the catalogue; 404 for drafts and what was withdrawn."""
    resource = await find(session, code)
    if resource.state != State.PUBLISHED:
        raise ResourceUnknown
    return resource


async def create(session: AsyncSession, caller: Caller, given: ResourceIn) -> Resource:
    """A new entry: published when an officer makes it, a draft when its producer does."""
    check_keeper(caller, given.producer)
    check_coverage(caller, given.coverage)
    _check(given.model_dump(), given.fields)
    if await session.get(Resource, given.code) is not None:
        raise ResourceCodeTaken
    state = State.PUBLISHED if is_officer(caller) else State.DRAFT
    resource = Resource(**given.model_dump(mode="json"), state=state)
    session.add(resource)
    await session.flush()
    await _audit(session, caller, "resource.created", resource, {})
    return resource


def _check(values: dict[str, Any], fields: list[FieldSpec]) -> None:
    source, kind = ResourceSource(values["source"]), values.get("kind")
    if (source is ResourceSource.RECORDS) != (kind is not None):
        message = "来源为公示信息时须指明类别，否则不填 (a kind belongs to the source `records`, and only there)"
        raise ResourceFaulty(errors=[FieldError("/kind", "kind_of_records", message)])
    content = list(CONTENTS[RecordKind(kind)].model_fields) if kind else []
    draft = Draft(
        source, [f.name for f in fields], Sharing(values["sharing"]), values["sharing_basis"], values["conditions"],
        Coverage(values["coverage"]),
    )  # fmt: skip
    rules.check(draft, rules.known_fields(source, content))


async def edit(session: AsyncSession, caller: Caller, code: str, given: ResourceEdit, version: int) -> Resource:
    """Changes an entry; nothing happens when it says so already.

    A producer's change of a published entry takes it out until an officer publishes it again.
    """
    resource = await find(session, code, lock=True)
    check_keeper(caller, resource.producer)
    check_version(resource, version)
    given_now = given.model_dump(mode="json", exclude_none=True)
    changes = {name: value for name, value in given_now.items() if value != getattr(resource, name)}
    if not changes:
        return resource
    before = {name: getattr(resource, name) for name in changes}
    for name, value in changes.items():
        setattr(resource, name, value)
    values = {name: getattr(resource, name) for name in SETTLED}
    _check(values, [FieldSpec.model_validate(field) for field in resource.fields])
    if not is_officer(caller):
        resource.state = State.DRAFT
    await session.flush()
    await _audit(session, caller, "resource.changed", resource, before)
    return resource


async def publish(session: AsyncSession, caller: Caller, code: str, version: int) -> Resource:
    """Puts a draft into the catalogue."""
    resource = await find(session, code, lock=True)
    check_version(resource, version)
    if resource.state != State.DRAFT:
        raise WrongState(state=resource.state)
    return await _to(session, caller, resource, State.PUBLISHED, None)


async def withdraw(session: AsyncSession, caller: Caller, code: str, version: int, reason: str) -> Resource:
    """Takes an entry out of the catalogue; from then on nobody reads its data."""
    resource = await find(session, code, lock=True)
    check_keeper(caller, resource.producer)
    check_version(resource, version)
    if resource.state == State.WITHDRAWN:
        raise WrongState(state=resource.state)
    return await _to(session, caller, resource, State.WITHDRAWN, reason)


async def _to(session: AsyncSession, caller: Caller, resource: Resource, state: State, reason: str | None) -> Resource:
    before = {"state": resource.state}
    resource.state, resource.state_reason = state, reason
    await session.flush()
    await _audit(session, caller, f"resource.{state}", resource, before, reason)
    return resource


async def _audit(
    session: AsyncSession, caller: Caller, action: str, resource: Resource, before: dict[str, Any],
    reason: str | None = None,
) -> None:  # fmt: skip
    after = {name: getattr(resource, name) for name in (before or ("state", "sharing", "producer"))}
    await audit.record(
        session, caller, action=action, object_type="resource", object_id=resource.code, before=before,
        after=after | {"state": resource.state}, reason=reason,
    )  # fmt: skip


def shown(resource: Resource, *, english: bool) -> ResourceOut:
    """An entry as it goes out."""
    values = {name: getattr(resource, name) for name in ResourceOut.model_fields if hasattr(resource, name)}
    readable = resource.source != ResourceSource.EXTERNAL and resource.sharing != Sharing.NOT_SHARED
    return ResourceOut(
        **values,
        coverage_label=rules.COVERAGE_LABELS[Coverage(resource.coverage)][english],
        sharing_label=rules.SHARING_LABELS[Sharing(resource.sharing)][english],
        update_cycle_label=rules.CYCLE_LABELS[Cycle(resource.update_cycle)][english],
        basis=rules.BASIS,
        data_url=f"/api/credit-registry/v1/resources/{resource.code}/data" if readable else None,
    )
