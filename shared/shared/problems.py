"""Every refusal leaves as `application/problem+json` (RFC 9457), with a stable `code` and never a stack trace."""

import json
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg
from asyncpg.exceptions._base import DataError as DriverDataError
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import errors
from shared.address import public_path
from shared.telemetry import current_trace_id

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "urn:yiwang:problem:"

HTTP_CODES = {
    404: ("not_found", "There is no such thing here", "未找到"),
    405: ("method_not_allowed", "This method is not offered here", "不支持此方法"),
    415: ("unsupported_media_type", "This media type is not accepted", "不接受此媒体类型"),
}


OUTAGES = (
    OSError,  # a TimeoutError is one
    PoolTimeout,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server has said goodbye on this connection, and it is not yet closed
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, crashed, starting, a statement cut off
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.DeadlockDetectedError,
)


class FieldErrorOut(BaseModel):
    """One fault of the input."""

    pointer: str = Field(description="JSON Pointer into the body, or the name of the parameter after a #")
    code: str
    message: str


class Problem(BaseModel):
    """A refusal after RFC 9457."""

    type: str = Field(examples=["urn:yiwang:problem:stale_version"])
    title: str
    status: int
    detail: str | None = None
    instance: str
    code: str
    errors: list[FieldErrorOut] = Field(default_factory=list)
    trace_id: str


def wants_english(request: Request) -> bool:
    """Chinese comes first; English is for those whose Accept-Language names it before Chinese."""
    accepted = request.headers.get("accept-language", "").lower()
    english, chinese = accepted.find("en"), accepted.find("zh")
    return english >= 0 and (chinese < 0 or english < chinese)


def problem(request: Request, error: errors.DomainError) -> Response:
    """The answer for a refusal."""
    body: dict[str, Any] = {
        "type": TYPE_BASE + error.code,
        "title": error.title if wants_english(request) else error.title_zh,
        "status": error.status,
        "detail": error.detail,
        "instance": public_path(request, request.url.path),
        "code": error.code,
        "errors": [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in error.errors],
        "trace_id": current_trace_id(),
    }
    body.update(error.extensions)
    headers = dict(error.headers)
    if error.status == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="yiwang"')
    headers.setdefault("Cache-Control", "no-store")
    # A refusal can always be written: it may repeat half a character of the input, or carry what JSON does not know.
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "replace")
    return Response(content, status_code=error.status, headers=headers, media_type=MEDIA_TYPE)


def _pointer(location: Sequence[Any]) -> str:
    where, *rest = location or ("body",)
    path = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in rest)
    return path or "/" if where == "body" else f"#{where}{path}"


async def on_domain_error(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, errors.DomainError)
    return problem(request, exc)


async def on_validation_error(request: Request, exc: Exception) -> Response:
    """Faults of the input, each with its place. The rejected value is never repeated: it may be personal data."""
    assert isinstance(exc, RequestValidationError)
    faults = [errors.FieldError(_pointer(e["loc"]), str(e["type"]), str(e["msg"])) for e in exc.errors()]
    if any(f.code == "json_invalid" for f in faults):
        return problem(request, errors.BadRequest("The body is not valid JSON.", errors=faults))
    return problem(request, errors.Invalid(errors=faults))


async def on_http_exception(request: Request, exc: Exception) -> Response:
    """Starlette's own refusals (unknown path, wrong method) in the same form."""
    assert isinstance(exc, HTTPException)
    code, title, title_zh = HTTP_CODES.get(exc.status_code, ("http_error", str(exc.detail), str(exc.detail)))
    kind = type(
        "HttpRefusal",
        (errors.DomainError,),
        {
            "status": exc.status_code,
            "code": code,
            "title": title,
            "title_zh": title_zh,
        },
    )
    return problem(request, kind(headers=exc.headers))


async def on_integrity_error(request: Request, exc: Exception) -> Response:
    """Constraints come first, checks in code second: what the database refuses is a conflict, named by constraint."""
    assert isinstance(exc, IntegrityError)
    name = constraint_of(exc)
    log.info("constraint refused a write", extra={"constraint": name})
    return problem(request, errors.Conflict("It exists already, or something it names does not.", constraint=name))


async def on_stale_data(request: Request, exc: Exception) -> Response:
    """Two edits of one version: the database let one through."""
    return problem(request, errors.StaleVersion())


async def on_database_error(request: Request, exc: Exception) -> Response:
    """A database which is down, slow or locked is 503: nothing was written, the caller may repeat."""
    if is_refused_value(exc):
        log.warning("the database refused a value", exc_info=exc)
        return problem(request, errors.Invalid("A value is too large, too long or holds what can't be kept."))
    if not is_outage(exc):
        return await on_unexpected(request, exc)
    log.warning("database not available", exc_info=exc)
    return problem(request, errors.Unavailable(headers={"Retry-After": "2"}, dependency="database"))


async def on_unexpected(request: Request, exc: Exception) -> Response:
    """A fault of ours: logged whole, answered with nothing but its trace id."""
    log.error("unexpected error", exc_info=exc)
    return problem(request, errors.DomainError())


def constraint_of(exc: IntegrityError) -> str | None:
    """The name of the constraint which refused a write, when the driver tells it."""
    cause: BaseException | None = exc.orig
    while cause is not None:
        name = getattr(cause, "constraint_name", None)
        if name:
            return str(name)
        cause = cause.__cause__
    return None


def is_outage(exc: BaseException) -> bool:
    """Whether an error means that the database is away, starting, full or too busy, rather than a fault of ours."""
    return any(
        isinstance(seen, OUTAGES) or (isinstance(seen, DBAPIError) and seen.connection_invalidated)
        for seen in causes_of(exc)
    )


def is_refused_value(exc: BaseException) -> bool:
    """Whether an error means that a value can't be held: out of range, too long for an index, not encodable."""
    # The driver's own DataError, raised before anything is sent, is a ValueError and no PostgresError.
    refusals = (asyncpg.DataError, asyncpg.ProgramLimitExceededError, DriverDataError)
    return any(isinstance(seen, refusals) for seen in causes_of(exc))


def causes_of(exc: BaseException) -> Iterator[BaseException]:
    """An error, and what it came from."""
    seen: BaseException | None = exc
    while seen is not None:
        yield seen
        seen = seen.__cause__ or getattr(seen, "orig", None)


class FaultMiddleware:
    """Answers what nothing else caught. It stands inside the telemetry, so that the answer bears the trace's id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def tell(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, tell)
        except Exception as exc:
            if started or scope["type"] != "http":
                raise
            answer = await on_unexpected(Request(scope), exc)
            await answer(scope, receive, send)


def install(app: FastAPI) -> None:
    """Gives `app` the handlers of this file; call it before the middleware of telemetry is added."""
    app.add_exception_handler(errors.DomainError, on_domain_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(IntegrityError, on_integrity_error)
    app.add_exception_handler(StaleDataError, on_stale_data)
    app.add_exception_handler(DBAPIError, on_database_error)
    app.add_exception_handler(PoolTimeout, on_database_error)
    app.add_exception_handler(OSError, on_database_error)
    app.add_middleware(FaultMiddleware)
