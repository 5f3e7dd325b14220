"""What answers to filings are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request, Response
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
