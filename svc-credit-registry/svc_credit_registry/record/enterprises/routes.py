"""The public record of one enterprise."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from shared.address import public_path, publish_location
from shared.auth import Public
from shared.clock import TodayDep
from shared.db import SessionDep
from shared.fields import Day
from shared.http import Router, cached, etag, not_modified, view_etag
from shared.problems import wants_english
from svc_credit_registry.record.enterprises import rules, service
from svc_credit_registry.record.enterprises.schemas import EnterpriseHistoryOut, EnterpriseOut, MovedOut
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["enterprises"], dependencies=[Public])

Code = Annotated[str, Path(max_length=40, description="Unified social credit code, GB 32100-2015")]
AsOf = Annotated[Day | None, Query(description="The record as it stood at the end of this day in Asia/Shanghai")]
MOVED: dict[int | str, dict[str, Any]] = {
    308: {"description": "The code was changed or merged: Location names the new one", "model": MovedOut}
}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Unchanged since the ETag in If-None-Match"}}


@router.get(
    "/v1/enterprises/{code}",
    operation_id="get_enterprise",
    summary="The public record of an enterprise",
    response_model=EnterpriseOut,
    responses=UNCHANGED | MOVED,
)
async def get_enterprise(reply: ReplyDep, code: Code, as_of: AsOf = None) -> EnterpriseOut | Response:
    """The record with its ETag, as it is or as it stood at the end of a day; 308 to the code under which it goes on.

    404 `enterprise_unknown` for a code no enterprise has, 404 `record_not_begun` for a day before the first record, 422
    with the failed check for what is no code, 422 `day_ahead` for a day to come.
    """
    elsewhere = await moved_answer(reply.session, reply.request, code, rules.read_day(as_of, reply.today))
    if elsewhere is not None:
        return elsewhere
    if as_of is not None and as_of < reply.today:
        return await _get_past(reply.session, reply.request, reply.response, code, as_of)
    enterprise = await service.find(reply.session, code)
    headers = {"ETag": etag(enterprise)} | cached("register", f"enterprise:{enterprise.code}")
    if not_modified(reply.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    reply.response.headers.update(headers)
    return await service.describe(reply.session, enterprise)


async def _get_past(
    session: SessionDep, request: Request, response: Response, code: str, day: date
) -> EnterpriseOut | Response:
    state = await service.find_on(session, code, day)
    view = await service.describe(session, state, day)
    headers = {"ETag": view_etag(state, view)} | cached("register", f"enterprise:{state.code}")
    if not_modified(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return view


@router.get(
    "/v1/enterprises/{code}/history",
    operation_id="get_enterprise_history",
    summary="Names, status and changes of an enterprise, with periods",
    response_model=EnterpriseHistoryOut,
    responses=MOVED,
)
async def get_enterprise_history(reply: ReplyDep, code: Code, as_of: AsOf = None) -> EnterpriseHistoryOut | Response:
    """Former names and status with their periods, and each change: what was, what is, when, by whom, on what basis."""
    day = rules.read_day(as_of, reply.today)
    elsewhere = await moved_answer(reply.session, reply.request, code, day)
    if elsewhere is not None:
        return elsewhere
    view = await service.history(reply.session, code, day, english=reply.english)
    reply.response.headers.update(cached("register", f"enterprise:{view.code}", by_language=True))
    return view


async def moved_answer(session: SessionDep, request: Request, code: str, day: date) -> Response | None:
    """308 to the same address under the code with which the record went on by the end of `day`; else None."""
    moved = await service.moved(session, code, day, english=wants_english(request))
    if moved is None:
        return None
    location = request.url.path.replace(f"/enterprises/{code}", f"/enterprises/{moved.new_code}", 1)
    location += f"?{request.url.query}" if request.url.query else ""
    body = moved.model_copy(update={"location": public_path(request, location)}).model_dump(mode="json")
    headers = {"Location": location} | cached("register", f"enterprise:{moved.old_code}", by_language=True)
    return JSONResponse(body, status_code=308, headers=headers)


class WentOn(Exception):
    """The record that is asked for goes on under another code; `answer` says under which."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


async def follow(session: SessionDep, request: Request, code: Code, today: TodayDep) -> None:
    """Answers 308 in place of a route that shows what is now, when the record has gone on under another code."""
    answer = await moved_answer(session, request, code, today)
    if answer is not None:
        publish_location(request, answer)
        raise WentOn(answer)


async def went_on(_: Request, exc: Exception) -> Response:
    """The answer of `follow`, for the application."""
    assert isinstance(exc, WentOn), exc
    return exc.answer


Followed = Depends(follow)
"""For a public part of a record that shows what is now: under a code that went on elsewhere it answers 308."""
