"""Finding trademarks by a part of the mark, or by their number."""

from datetime import date
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
)

from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.records.models import TRADEMARKS, RecordItem
from svc_credit_registry.record.wording.rules import fold_asked, pairs

R = RecordItem


def found(q: str, of_class: int | None, today: date) -> Select[Any]:
    """Trademarks on the record with `q` in their mark, or with this number, and the names of their holders.

    One character is looked for at the beginning alone: nearly every mark holds it somewhere.
    """
    folded = fold_asked(q)
    asked = pairs(folded, begins=len(folded) == 1)
    called = and_(R.title_pairs.contains(asked), func.strpos(R.title, folded) > 0) if asked else false()
    statement = (
        select(R, Enterprise.name)
        .join(Enterprise, Enterprise.code == R.code)
        .where(TRADEMARKS, or_(called, _numbered(q)), or_(R.publish_until.is_(None), R.publish_until >= today))
    )
    if of_class is not None:
        statement = statement.where(R.content["classes"].contains([of_class]))
    return cast("Select[Any]", statement)


def order(q: str) -> list[SQLColumnExpression[Any]]:
    """Exact before beginning before inside, valid ones first, then by the mark."""
    folded = fold_asked(q)
    exact = or_(R.title == folded, _numbered(q))
    nearness = case((exact, 0), (func.starts_with(R.title, folded), 1), else_=2)
    in_force = case((R.content["state"].astext == "valid", 0), else_=1)
    return [nearness.cast(Integer).asc(), in_force.cast(Integer).asc(), R.title.asc(), R.id.asc()]


def _numbered(q: str) -> ColumnElement[bool]:
    """The number in the very words of its index: with a parameter for the name of the field no plan would use it."""
    return literal_column("record_items.content ->> 'number'", Text()) == q.strip()
