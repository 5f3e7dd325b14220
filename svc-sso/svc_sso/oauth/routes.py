"""The OAuth endpoints for clients. They answer in the form of RFC 6749, not as problem documents.

A refusal is an answer, not an exception, so what was written before it (a family revoked for a reused token) stays.
"""

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse

from shared.auth import Public, check_possession, jkt_of
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_NONE, Router
from shared.proofs import InvalidProof
from svc_sso.clients.errors import OAuthError
from svc_sso.clients.models import Client
from svc_sso.grants import service as grants
from svc_sso.grants.schemas import IntrospectionOut, OAuthErrorOut, TokenOut, UserInfoOut
from svc_sso.grants.service import TokenRequest
from svc_sso.oauth import service
from svc_sso.oauth.rules import FORM, bearer_of
from svc_sso.tokens.service import Issuer, read_access

router = Router(prefix="/oauth2", tags=["oidc"], dependencies=[Public])

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
REFUSALS: dict[int | str, dict[str, Any]] = {400: {"model": OAuthErrorOut}, 401: {"model": OAuthErrorOut}}

NO_TOKEN: dict[int | str, dict[str, Any]] = {
    400: REFUSALS[400],
    401: {
        "description": "The token does not hold, or there is none, of which nothing is said (RFC 6750, section 3.1)",
        "content": {"application/json": {"schema": {"type": "object"}}},
    },
}


def get_issuer(request: Request) -> Issuer:
    """The issuer of the service which answers this request."""
    issuer: Issuer = request.app.state.issuer
    return issuer


IssuerDep = Annotated[Issuer, Depends(get_issuer)]


def form_body(*names: str) -> dict[str, Any]:
    """The OpenAPI description of a form; it is read by hand, to refuse repeated parameters."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    return {**IDEMPOTENCY_NONE, "requestBody": {"content": {FORM: {"schema": schema}}}}


def refused(error: OAuthError) -> JSONResponse:
    """A refusal after RFC 6749, section 5.2."""
    headers = dict(NO_STORE)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="yiwang", charset="UTF-8"'
    body = {"error": error.code, "error_description": error.description}
    return JSONResponse(body, status_code=error.status, headers=headers)


CREDENTIALS = ("client_id", "client_secret", "client_assertion_type", "client_assertion")


@router.post(
    "/token",
    response_model=TokenOut,
    responses=REFUSALS,
    openapi_extra=form_body(
        "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "audience", "resource", "org",
        "subject_token", "subject_token_type", *CREDENTIALS,
    ),
)  # fmt: skip
async def issue_token(request: Request, session: SessionDep, issuer: IssuerDep, now: NowDep) -> Response:
    """颁发令牌: tokens for a code, a refresh token, a client's own authority, or another token (RFC 8693)."""
    try:
        form = await service.form_of(request)
        client = await service.client_of(session, request, form)
        jkt = await service.key_of(session, request, client, issuer.token_endpoint)
        tokens = await service.issue_tokens(session, issuer, TokenRequest(client, form, now, jkt))
    except OAuthError as error:
        return refused(error)
    return JSONResponse(tokens.model_dump(exclude_none=True), headers=NO_STORE)


@router.post("/revoke", responses=REFUSALS, openapi_extra=form_body("token", "token_type_hint", *CREDENTIALS))
async def revoke_token(request: Request, session: SessionDep, issuer: IssuerDep, now: NowDep) -> Response:
    """撤销令牌: revokes a token and its whole family (RFC 7009)."""
    try:
        client, token = await _token_in_question(request, session)
        await grants.revoke(session, issuer, client, token, now)
    except OAuthError as error:
        return refused(error)
    return JSONResponse({}, headers=NO_STORE)


@router.post(
    "/introspect",
    response_model=IntrospectionOut,
    responses=REFUSALS,
    openapi_extra=form_body("token", "token_type_hint", *CREDENTIALS),
)
async def introspect_token(request: Request, session: SessionDep, issuer: IssuerDep, now: NowDep) -> Response:
    """查验令牌: whether an access or refresh token still holds, and what it says (RFC 7662)."""
    try:
        client, token = await _token_in_question(request, session)
        revocations = request.app.state.runtime.revocations
        found = await service.introspect(session, issuer, client, token, revocations, now)
    except OAuthError as error:
        return refused(error)
    return JSONResponse(found.model_dump(exclude_none=True), headers=NO_STORE)


async def _token_in_question(request: Request, session: SessionDep) -> tuple[Client, str]:
    form = await service.form_of(request)
    client = await service.client_of(session, request, form)
    if "token" not in form:
        raise OAuthError("invalid_request", "The parameter token is missing.")
    return client, form["token"]


@router.get("/userinfo", response_model=UserInfoOut, responses=NO_TOKEN)
async def read_userinfo(request: Request, session: SessionDep, issuer: IssuerDep, now: NowDep) -> Response:
    """用户信息: claims about the person whose token it is (OpenID Connect Core 5.3)."""
    return await _userinfo(request, session, issuer, now)


@router.post("/userinfo", response_model=UserInfoOut, responses=NO_TOKEN, openapi_extra=form_body("access_token"))
async def post_userinfo(request: Request, session: SessionDep, issuer: IssuerDep, now: NowDep) -> Response:
    """用户信息: the same by POST, with the token in the header or in the form."""
    token = None
    if "authorization" not in request.headers and request.headers.get("content-type", "").startswith(FORM):
        try:
            token = (await service.form_of(request)).get("access_token")
        except OAuthError as error:
            return refused(error)
    return await _userinfo(request, session, issuer, now, token)


async def _userinfo(
    request: Request, session: SessionDep, issuer: Issuer, now: NowDep, in_form: str | None = None
) -> Response:
    scheme, token = bearer_of(request.headers.getlist("authorization"))
    token = token or in_form
    if token is None:
        # Without a token nothing is said of why (RFC 6750, 3.1).
        return JSONResponse({}, status_code=401, headers=NO_STORE | {"WWW-Authenticate": 'Bearer realm="yiwang"'})
    claims = await read_access(session, issuer, token)
    jkt = jkt_of(claims) if claims else None
    if claims is not None and scheme == "dpop":
        try:
            check_possession(request, jkt, token, request.app.state.runtime.verifier)
        except InvalidProof as fault:
            return _no_token("invalid_dpop_proof", str(fault), fault.headers["WWW-Authenticate"])
    elif jkt is not None:
        claims = None  # bound to a key, and brought as if it were not
    found = await service.userinfo(session, issuer, claims, now)
    if found is None:
        challenge = f'{"DPoP" if jkt else "Bearer"} realm="yiwang", error="invalid_token"'
        return _no_token("invalid_token", "The access token does not hold.", challenge)
    return JSONResponse(found.model_dump(exclude_none=True), headers=NO_STORE)


def _no_token(error: str, description: str, challenge: str) -> JSONResponse:
    body = {"error": error, "error_description": description}
    return JSONResponse(body, status_code=401, headers=NO_STORE | {"WWW-Authenticate": challenge})
