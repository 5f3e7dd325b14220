"""Reads of evaluations."""

from typing import Any

from sqlalchemy import Select, select

from shared.auth import Caller
from svc_complaints.cases.models import Complaint
from svc_complaints.cases.queries import within
from svc_complaints.evaluation.models import Evaluation


def open_follow_ups(caller: Caller) -> Select[Any]:
    """Bad grades of the caller's region which nobody has followed up yet."""
    return (
        select(Evaluation)
        .join(Complaint, Complaint.id == Evaluation.complaint_id)
        .where(within(caller.region or ""), Evaluation.follow_up_by.is_not(None), Evaluation.followed_up_on.is_(None))
    )
