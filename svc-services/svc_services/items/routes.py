"""The caller's own cases, in the shape which the hub merges."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy import select

from shared.db import SessionDep
from shared.http import Page, Paging, Router, paginate
from shared.items import ItemOut
from shared.problems import wants_english
from svc_services.access import AnyCaller
from svc_services.cases.rules import STATE_LABELS, State, next_action
from svc_services.items.queries import APPLICATION, items_of

router = Router(prefix="/v1/items", tags=["items"])

RESERVED = ("名称保留中", "Name reserved")
USE_IT = ("在保留期内提交设立登记申请", "Apply for the establishment while the name is kept")
PLACES = {APPLICATION: "applications"}


@router.get("")
async def list_items(
    session: SessionDep, caller: AnyCaller, paging: Paging, request: Request, response: Response
) -> Page[ItemOut]:
    """The caller's applications and reserved names, newest first, each with its state, due date and next action."""
    items = items_of(caller)
    found = await paginate(
        session,
        select(items),
        keys=[items.c.created_at.desc(), items.c.id.desc()],
        paging=paging,
        request=request,
        response=response,
    )
    english = wants_english(request)
    return found.page([_item(row, english=english) for row in found.rows])


def _item(row: Any, *, english: bool) -> ItemOut:
    kind, id_, number, title, title_en, state, due_on, _, updated_at, evaluated = row
    applied = kind == APPLICATION
    label = STATE_LABELS[State(state)] if applied else RESERVED
    action = next_action(State(state), english=english, evaluated=evaluated) if applied else USE_IT[english]
    return ItemOut(
        service="services",
        kind=kind,
        id=str(id_),
        number=number,
        title=title_en if english else title,
        state=state,
        state_label=label[english],
        due_on=due_on,
        next_action=action,
        updated_at=updated_at,
        url=f"/api/services/v1/{PLACES.get(kind, 'name-reservations')}/{id_}",
    )
