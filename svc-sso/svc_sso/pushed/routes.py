"""The endpoint for requests which clients send ahead (RFC 9126)."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response, status
from fastapi.responses import JSONResponse

from shared.auth import Public
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import Router
from svc_sso.clients.errors import OAuthError
from svc_sso.clients.rules import AUTHORIZATION_CODE
from svc_sso.clients.service import check_grant
from svc_sso.grants.schemas import PushedOut
from svc_sso.oauth.routes import CREDENTIALS, NO_STORE, REFUSALS, IssuerDep, form_body, refused
from svc_sso.oauth.service import client_of, form_of, key_of
from svc_sso.pushed import service
from svc_sso.pushed.rules import LIFETIME


def make_router(check: Callable[[Mapping[str, str]], None]) -> APIRouter:
    """The routes. `check` refuses what the authorization endpoint would refuse, by raising OAuthError."""
    router = Router(prefix="/oauth2", tags=["oidc"], dependencies=[Public])

    @router.post(
        "/par",
        status_code=status.HTTP_201_CREATED,
        response_model=PushedOut,
        responses=REFUSALS,
        openapi_extra=form_body(
            "response_type", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
            "prompt", "max_age", "acr_values", "claims", "dpop_jkt", *CREDENTIALS,
        ),
    )  # fmt: skip
    async def push_request(request: Request, session: SessionDep, issuer: IssuerDep, now: NowDep) -> Response:
        """推送授权请求: keeps an authorization request for 60 s; the browser then brings only its name (RFC 9126)."""
        try:
            form = await form_of(request)
            client = await client_of(session, request, form)
            check_grant(client, AUTHORIZATION_CODE)
            jkt = await key_of(session, request, client, f"{issuer.address}/oauth2/par", demanded=False)
            if form.get("redirect_uri") not in client.redirect_uris:
                raise OAuthError("invalid_request", "The redirect_uri is not one of the client's.")
            if "request_uri" not in form:
                check(form)
            uri = await service.push(session, client, form, jkt, now)
        except OAuthError as error:
            return refused(error)
        body = {"request_uri": uri, "expires_in": int(LIFETIME.total_seconds())}
        return JSONResponse(body, status_code=status.HTTP_201_CREATED, headers=NO_STORE)

    return router
