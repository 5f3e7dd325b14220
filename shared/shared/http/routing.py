"""One request is one transaction, and a repeated request is answered from it."""

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute

from shared.address import publish_location
from shared.auth import AccessRule, identify
from shared.db import get_session
from shared.http import idempotency, strictness
from shared.problems import Problem

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_WAITS = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {"model": Problem, "description": "A refusal as application/problem+json (RFC 9457)"},
    422: {"model": Problem, "description": "The content has faults, each with its place"},
}


class TransactionRoute(APIRoute):
    """Commits the request's session after the endpoint has returned and before the first byte is sent.

    A commit behind the answer would let a client read before its own write is there, and would tell it 201 for a change
    which then fails.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        methods = {str(m).upper() for m in options.get("methods") or {"GET"}}
        extra = dict(options.get("openapi_extra") or {})
        self.idempotency = idempotency.policy_of(methods, extra)
        if self.idempotency != idempotency.NONE:
            extra["parameters"] = [*extra.get("parameters", []), idempotency.parameter(self.idempotency)]
        options["openapi_extra"] = extra or None
        super().__init__(path, endpoint, **options)
        _spare_threads(self.dependant)

    def get_route_handler(self) -> Handler:
        """The endpoint within its transaction."""
        endpoint = super().get_route_handler()
        access = access_rules(self.dependant)
        policy, operation = self.idempotency, f"{sorted(self.methods or {'GET'})[0]} {self.path_format}"

        async def run(request: Request) -> Response:
            try:
                for rule in access:  # who calls is settled before what he sent is looked at
                    await rule(request)
                await self._refuse(request)
                if policy == idempotency.NONE:
                    response = await endpoint(request)
                else:
                    response = await _once(request, endpoint, policy, operation)
                publish_location(request, response)
                session = getattr(request.state, "session", None)
                if session is not None:
                    await session.commit()
                return response
            finally:
                session = getattr(request.state, "session", None)
                if session is not None:
                    await session.close()  # rolls back what was not committed

        return run

    async def _refuse(self, request: Request) -> None:
        """Raises for content which no route takes. An upload has no field for its body, and stays unread here."""
        strictness.refuse_characters(request)
        if self.body_field is None or isinstance(self.body_field.field_info, Form):
            await strictness.refuse_form(request)
        else:
            await strictness.refuse_json(request)


def _spare_threads(dependant: Dependant) -> None:
    """FastAPI runs in a thread what is no coroutine, as it might block. None of our dependencies does."""
    for each in dependant.dependencies:
        plain = inspect.isfunction(each.call) and not each.call.__code__.co_flags & _WAITS
        if each.call is not None and (plain or inspect.isclass(each.call)):
            each.call = _at_once(each.call)
        _spare_threads(each)


@functools.cache
def _at_once(call: Callable[..., Any]) -> Callable[..., Any]:
    async def run(**values: Any) -> Any:
        return call(**values)

    return run


def access_rules(dependant: Dependant) -> list[AccessRule]:
    """The access which a route declares, in its signature or for its router."""
    found = []
    for dependency in dependant.dependencies:
        found += [dependency.call] if isinstance(dependency.call, AccessRule) else access_rules(dependency)
    return found


async def _once(request: Request, endpoint: Handler, policy: str, operation: str) -> Response:
    key = idempotency.read_key(request, policy)
    if key is None:
        return await endpoint(request)
    caller = await identify(request)
    identity = (caller.subject if caller else "anonymous", f"{operation} {request.url.path}", key)
    fingerprint = await idempotency.fingerprint_of(request, caller)
    session = await anext(get_session(request))
    answered = await idempotency.find(session, identity, fingerprint)
    if answered is not None:
        return answered
    response = await endpoint(request)
    if response.status_code < 400:
        idempotency.remember(session, identity, fingerprint, response)
    return response


def Router(prefix: str = "", tags: list[str] | None = None, **options: Any) -> APIRouter:  # noqa: N802 - reads as a type
    """A router whose routes each run in one transaction and declare how they refuse."""
    responses = PROBLEMS | options.pop("responses", {})
    return APIRouter(prefix=prefix, tags=list(tags or []), route_class=TransactionRoute, responses=responses, **options)
