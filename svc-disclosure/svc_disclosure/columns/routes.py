"""HTTP of columns."""

from typing import Annotated, Any

from fastapi import Path, Request, Response
from sqlalchemy import ColumnElement

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import Page, Paging, Router, cached, paginate
from svc_disclosure.access import Public
from svc_disclosure.columns import queries, service
from svc_disclosure.columns.models import Column
from svc_disclosure.columns.schemas import ColumnOut

router = Router(prefix="/v1/columns", tags=["columns"])

ColumnCode = Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9-]+$")]


@router.get("", dependencies=[Public], summary="The columns and how current they are")
async def list_columns(
    session: SessionDep, today: TodayDep, paging: Paging, request: Request, response: Response
) -> Page[ColumnOut]:
    """All columns in the order of the site; `parent_code` makes the tree."""
    keys: list[ColumnElement[Any]] = [Column.position.asc(), Column.code.asc()]
    found = await paginate(session, queries.all_columns(), keys=keys, paging=paging, request=request, response=response)
    response.headers.update(cached("columns"))
    return found.page([service.show(column, today) for column in found.rows])


@router.get("/{code}", dependencies=[Public], summary="One column")
async def read_column(code: ColumnCode, session: SessionDep, today: TodayDep, response: Response) -> ColumnOut:
    """The column; 404 when there is none."""
    column = await service.load(session, code)
    response.headers.update(cached("columns"))
    return service.show(column, today)
