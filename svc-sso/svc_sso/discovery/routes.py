"""What anyone may know of the provider: its keys and its description."""

from fastapi.responses import JSONResponse

from shared.auth import Public
from shared.db import SessionDep
from shared.http import Router
from svc_sso.discovery.rules import metadata
from svc_sso.keys.service import load
from svc_sso.oauth.routes import IssuerDep

router = Router(tags=["oidc"], dependencies=[Public])


@router.get("/oauth2/jwks")
async def show_keys(session: SessionDep, issuer: IssuerDep) -> JSONResponse:
    """公钥: the keys which verify tokens; the next ones are here before they sign."""
    cache = await load(session, issuer.keys)
    keys = [key.as_dict(private=False) for key in cache.public.keys]
    return JSONResponse({"keys": keys}, headers={"Cache-Control": "public, max-age=60"})


@router.get("/.well-known/openid-configuration")
@router.get("/.well-known/oauth-authorization-server", operation_id="oauth_authorization_server")
async def describe(issuer: IssuerDep) -> JSONResponse:
    """服务发现: the provider's description of itself (OpenID Connect Discovery, RFC 8414)."""
    return JSONResponse(metadata(issuer.name, issuer.address), headers={"Cache-Control": "public, max-age=300"})
