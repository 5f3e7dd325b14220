"""Reading requests for shared resources."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select

from svc_credit_registry.sharing.resource_requests.models import ResourceRequest
from svc_credit_registry.sharing.resource_requests.rules import OPEN, ResourceRequestState
from svc_credit_registry.sharing.resources.models import Resource

Q = ResourceRequest


def requests(requester: str | None, state: ResourceRequestState | None) -> Select[Any]:
    """Requests of an agency, in a state; None means any."""
    given = {"requester": requester, "state": state}
    return select(Q).filter_by(**{name: value for name, value in given.items() if value is not None})


def waiting(producer: str | None, due_before: date | None) -> Select[Any]:
    """Requests that wait for an answer or a settlement, for the resources of a producer, due before a day."""
    query = select(Q).where(Q.state.in_(OPEN))
    if producer is not None:
        query = query.join(Resource, Resource.code == Q.resource_code).where(Resource.producer == producer)
    return query if due_before is None else query.where(Q.due_on < due_before)
