"""Giving the place of an inspector who leaves to the next one in the order of the seed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from svc_credit_registry.supervision.inspections import queries as draws
from svc_credit_registry.supervision.inspections.models import (
    InspectionAssignment,
    InspectionDraw,
    InspectionPlan,
    InspectionTask,
)
from svc_credit_registry.supervision.inspections.rules import key_of, substitute
from svc_credit_registry.supervision.inspections.service import drawn_of
from svc_credit_registry.supervision.inspectors import queries as inspectors
from svc_credit_registry.supervision.substitutions import queries, rules
from svc_credit_registry.supervision.substitutions.errors import NoSubstitute
from svc_credit_registry.supervision.substitutions.rules import FindingGround, LeaveBy, Passed


@dataclass(frozen=True)
class Leave:
    """On whose word, why and when an inspector leaves a task."""

    by: LeaveBy
    ground: FindingGround
    reason: str
    on: date


@dataclass(frozen=True)
class Standing:
    """What the register holds against each of the pool for a task, and the assignments made so far."""

    frozen: InspectionDraw
    assignments: tuple[InspectionAssignment, ...]
    grounds: dict[Passed, set[str]]
    active: set[str]

    def leaving(self, one: InspectionAssignment) -> rules.Leaving:
        """What it shows of who leaves."""
        conflicts = self.grounds[Passed.DECLARED] | self.grounds[Passed.RECENT]
        return rules.Leaving(one.place is not None, one.certificate in conflicts, one.certificate in self.active)

    def replaced(self, by: LeaveBy) -> int:
        """How many inspectors they have replaced; earlier ones of unknown authorship count as the own unit's."""
        ended = [one for one in self.assignments if one.ended_on is not None]
        return sum((one.ended_by or LeaveBy.PLANNER) == by for one in ended)

    @property
    def number(self) -> int:
        """The number of the next one who leaves."""
        return 1 + sum(one.ended_on is not None for one in self.assignments)


async def give_place(
    session: AsyncSession, plan: InspectionPlan, task: InspectionTask, leaving: InspectionAssignment, leave: Leave
) -> InspectionAssignment:
    """Ends an assignment and gives its place to the first in the order of the seed who is not passed over.

    The caller has locked the task. 409 when the register does not bear out the ground, when the unit has replaced as
    many as it may, and when nobody is left.
    """
    standing = await _standing(session, plan, task, leave.on)
    rules.check_leave(leave.by, leave.ground, standing.leaving(leaving), standing.replaced(leave.by))
    frozen = standing.frozen
    passed = rules.passed_over(frozen.inspectors, standing.grounds, standing.active)
    key = key_of(plan.number, bytes.fromhex(frozen.seed), frozen.entropy or "")
    successor = substitute(key, bytes.fromhex(task.token), frozen.inspectors, passed)
    if successor is None:
        raise NoSubstitute
    leaving.ended_number, leaving.ended_by = standing.number, leave.by
    leaving.ended_on, leaving.ended_ground, leaving.ended_reason = leave.on, leave.ground, leave.reason
    leaving.substitute, leaving.passed_over = successor, list(passed)
    leaving.passed_over_grounds = {certificate: ground.value for certificate, ground in passed.items()}
    account = (await draws.accounts(session, [successor]))[successor]
    made = InspectionAssignment(task_id=task.id, inspector_id=account, certificate=successor, assigned_on=leave.on)
    session.add(made)
    await session.flush()
    return made


async def _standing(session: AsyncSession, plan: InspectionPlan, task: InspectionTask, today: date) -> Standing:
    frozen = await drawn_of(session, plan)
    accounts = await draws.accounts(session, frozen.inspectors)
    assignments = await queries.all_on(session, task.id)
    recent = {account for _, account in await draws.recent(session, plan, [task.code], today)}
    declared = {account for _, account in await inspectors.related(session, [task.code])}
    grounds: dict[Passed, set[str]] = defaultdict(set)
    grounds[Passed.ON_TASK] = {one.certificate for one in assignments}
    grounds[Passed.EXCLUDED] = await queries.excluded(session, task.id)
    for ground, away in ((Passed.DECLARED, declared), (Passed.RECENT, recent)):
        grounds[ground] = {certificate for certificate, account in accounts.items() if account in away}
    return Standing(frozen, tuple(assignments), grounds, await queries.active(session, frozen.inspectors))
