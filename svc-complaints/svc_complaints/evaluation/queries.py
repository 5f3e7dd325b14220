"""Reads of evaluations."""

from typing import Any, cast

from sqlalchemy import Select, select

from shared.auth import Caller
from svc_complaints.cases.models import Clock, Complaint
from svc_complaints.cases.queries import within
from svc_complaints.evaluation.models import Evaluation
from svc_complaints.evaluation.rules import CLOCK


def open_follow_ups(caller: Caller) -> Select[Any]:
    """Bad grades of the caller's region which nobody has followed up yet, each with its clock."""
    statement = (
        select(Evaluation, Clock)
        .join(Complaint, Complaint.id == Evaluation.complaint_id)
        .join(Clock, (Clock.complaint_id == Evaluation.complaint_id) & (Clock.code == CLOCK))
        .where(within(caller.region), Clock.met_on.is_(None))
    )
    return cast(Select[Any], statement)
