"""The caller's own duties and cases, in the shape which the hub merges."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import select

from shared.clock import STATUTORY_ZONE
from shared.http import Page, Paging, Router
from shared.items import ItemOut
from svc_credit_registry.access import AnyCaller
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.reporting.filings.rules import window_of
from svc_credit_registry.supervision.items import queries, rules

router = Router(prefix="/v1/items", tags=["items"])


@router.get("", operation_id="list_items", summary="我的办件 My items")
async def list_items(reply: ReplyDep, caller: AnyCaller, paging: Paging) -> Page[ItemOut]:
    """Open duties and cases of the enterprise for which the caller acts, or his own cases; for officers what their own
    unit has to decide. The latest change first.
    """
    window = window_of(reply.today.year - 1)
    opened_at = datetime.combine(window.opens_on, time(0), STATUTORY_ZONE)
    items = queries.of_caller(caller, window, reply.today, opened_at)
    keys = [items.c.updated_at.desc(), items.c.key.desc()]
    found = await reply.page_of(select(items), keys, paging)
    return found.page([_item_out(row, english=reply.english) for row in found.rows])


def _item_out(row: Any, *, english: bool) -> ItemOut:
    kind, key, number, name, state, due_on, updated_at = row
    label, action = rules.words(kind, state, english=english)
    return ItemOut(
        service="credit-registry",
        kind=kind,
        id=key,
        number=number,
        title=rules.title(kind, number, name, english=english),
        state=state,
        state_label=label,
        due_on=due_on,
        next_action=action,
        updated_at=updated_at,
        url=rules.url(kind, key),
    )
