"""What answers to filings are made of."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import PageResult, paginate
from shared.http.pagination import PageQuery
from shared.problems import wants_english


@dataclass(frozen=True)
class Reply:
    """The session, the reader's language, the day, the headers of the answer."""

    session: AsyncSession
    request: Request
    response: Response
    today: date

    @property
    def english(self) -> bool:
        """Whether the reader asked for English before Chinese."""
        return wants_english(self.request)

    async def page_of(
        self, statement: Select[Any], keys: Sequence[ColumnElement[Any]], paging: PageQuery
    ) -> PageResult:
        """One page of a list, with its link to the next one."""
        return await paginate(
            self.session, statement, keys=keys, paging=paging, request=self.request, response=self.response
        )


def reply_of(session: SessionDep, request: Request, response: Response, today: TodayDep) -> Reply:
    """What an act is answered with."""
    return Reply(session, request, response, today)


ReplyDep = Annotated[Reply, Depends(reply_of)]

MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


def streamed(rows: AsyncIterator[BaseModel], shape: type[BaseModel], format: str, name: str) -> StreamingResponse:
    """A whole list as NDJSON or CSV, one row a line, sent while it is read."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    body = _csv(rows, shape) if format == "csv" else _ndjson(rows)
    return StreamingResponse(body, media_type=MEDIA_TYPES[format], headers=headers)


async def _ndjson(rows: AsyncIterator[BaseModel]) -> AsyncIterator[bytes]:
    async for row in rows:
        yield orjson.dumps(row.model_dump(mode="json")) + b"\n"


async def _csv(rows: AsyncIterator[BaseModel], shape: type[BaseModel]) -> AsyncIterator[bytes]:
    yield _line(shape.model_fields)
    async for row in rows:
        yield _line([_cell(value) for value in row.model_dump(mode="json").values()])


def _line(cells: Iterable[object]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()


def _cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
