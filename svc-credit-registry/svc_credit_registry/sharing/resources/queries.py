"""Reading the catalogue."""

from typing import Any

from sqlalchemy import Select, or_, select

from svc_credit_registry.sharing.resources.models import Resource
from svc_credit_registry.sharing.resources.rules import State


def listed(state: State, **given: Any) -> Select[Any]:
    """The entries in a state that fit; None means any, `q` looks into code, name and summary."""
    text = given.pop("q", None)
    query = select(Resource).where(Resource.state == state)
    query = query.filter_by(**{name: value for name, value in given.items() if value is not None})
    if text is None:
        return query
    r = Resource
    return query.where(or_(*(column.icontains(text, autoescape=True) for column in (r.code, r.name, r.summary))))
