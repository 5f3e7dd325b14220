"""Reads of ratings."""

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from svc_services.cases.queries import within
from svc_services.evaluation.models import Evaluation, FollowUp


async def of_application(session: AsyncSession, application_id: uuid.UUID) -> Evaluation | None:
    """The rating of a case."""
    return (await session.scalars(select(Evaluation).where(Evaluation.application_id == application_id))).first()


async def follow_up_of(session: AsyncSession, evaluation_id: uuid.UUID) -> FollowUp | None:
    """What a bad grade led to."""
    return (await session.scalars(select(FollowUp).where(FollowUp.evaluation_id == evaluation_id))).first()


async def follow_up(session: AsyncSession, follow_up_id: uuid.UUID) -> FollowUp | None:
    """A follow-up, locked until the transaction ends."""
    return (await session.scalars(select(FollowUp).where(FollowUp.id == follow_up_id).with_for_update())).first()


def open_follow_ups(caller: Caller) -> Any:
    """Unanswered bad grades of the caller's region and below, with their comments."""
    overseen = within(FollowUp.region, caller.region)
    joined = select(FollowUp, Evaluation.comment).join(Evaluation, Evaluation.id == FollowUp.evaluation_id)
    return joined.where(FollowUp.answered_on.is_(None), overseen)
