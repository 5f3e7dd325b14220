"""What other services tell of personal data which their officials have read."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.complaints import ComplainantUnmaskedV1
from shared.events.services import ApplicantUnmaskedV1
from shared.inbox import HandlerContext, handles
from svc_sso.accounts import service
from svc_sso.accounts.service import Reading


@handles(ApplicantUnmaskedV1)
async def note_reading_of_applicant(session: AsyncSession, event: ApplicantUnmaskedV1, context: HandlerContext) -> None:
    """Shows the applicant who has read his data."""
    await _note(session, event.applicant_id, (event.unit, event.number, event.fields), context)


@handles(ComplainantUnmaskedV1)
async def note_reading_of_complainant(
    session: AsyncSession, event: ComplainantUnmaskedV1, context: HandlerContext
) -> None:
    """Shows the complainant who has read his data."""
    await _note(session, event.complainant_id, (event.unit, event.number, event.fields), context)


async def _note(
    session: AsyncSession, account_id: uuid.UUID, told: tuple[str, str, Sequence[str]], context: HandlerContext
) -> None:
    await service.note_reading(session, account_id, Reading(*told, at=context.envelope.time))


HANDLERS = [note_reading_of_applicant, note_reading_of_complainant]
