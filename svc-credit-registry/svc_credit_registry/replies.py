"""How svc-credit-registry answers, as a type: lists by page, an edited row with its version, the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlalchemy import Select, SQLColumnExpression

from shared.clock import TodayDep
from shared.db import SessionDep
from shared.http import PageResult, paginate, set_etag
from shared.http.conditional import HasVersion
from shared.http.pagination import PageQuery
from shared.problems import wants_english


@dataclass(frozen=True)
class Reply:
    """What an answer is made of: the session, the request, the headers of the answer, the day."""

    session: SessionDep
    request: Request
    response: Response
    today: TodayDep

    @property
    def english(self) -> bool:
        """Whether the reader asked for English before Chinese."""
        return wants_english(self.request)

    async def page_of(
        self, statement: Select[Any], keys: Sequence[SQLColumnExpression[Any]], paging: PageQuery
    ) -> PageResult:
        """One page of a list in the order of `keys`, with its link to the next one."""
        return await paginate(
            self.session, statement, keys=keys, paging=paging, request=self.request, response=self.response
        )

    async def versioned(self, row: HasVersion) -> None:
        """Writes what was done to `row`, and names its version in the answer."""
        await self.session.flush()
        set_etag(self.response, row)

    def created(self, address: str) -> None:
        """Names where what was made stands from now on."""
        self.response.headers["Location"] = address

    def carried_by(self, answer: Response, status: int = 200) -> Response:
        """`answer` with what was said by `versioned` and `created`: for routes that write the bytes themselves."""
        answer.headers.update(self.response.headers)
        answer.status_code = status
        return answer


ReplyDep = Annotated[Reply, Depends(Reply)]
