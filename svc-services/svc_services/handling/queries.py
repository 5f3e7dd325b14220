"""What waits for officials."""

from sqlalchemy import Select, select

from shared.auth import Caller
from svc_services.cases.models import Application
from svc_services.cases.queries import within
from svc_services.cases.rules import WAITING_FOR_OFFICER


def queue_of(caller: Caller, state: str | None) -> Select[Application]:
    """Applications of the caller's region and below which wait for an official, or those in one state."""
    overseen = within(Application.region, caller.region)
    query = select(Application).where(Application.submitted_on.is_not(None), overseen)
    if state is not None:
        return query.where(Application.state == state)
    return query.where(Application.state.in_([str(s) for s in WAITING_FOR_OFFICER]))
