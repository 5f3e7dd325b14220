"""The application of svc-sso."""

import contextlib
import dataclasses
import gc
from collections.abc import AsyncIterator

from fastapi import FastAPI

from shared.app import Service, create_service
from shared.db import Sessions
from svc_sso.accounts.routes import router as accounts
from svc_sso.agencies.routes import router as agencies
from svc_sso.assistance.routes import administration as suspensions
from svc_sso.assistance.routes import router as recoveries
from svc_sso.backchannel.routes import router as backchannel
from svc_sso.bootstrap import at_first_start
from svc_sso.clients import service as clients
from svc_sso.consents.routes import router as consents
from svc_sso.discovery.routes import router as discovery
from svc_sso.factors.routes import router as factors
from svc_sso.keys import service as keys
from svc_sso.login.routes import router as login
from svc_sso.logout.routes import administration
from svc_sso.logout.routes import router as logout
from svc_sso.mandates.routes import pages as mandate_pages
from svc_sso.mandates.routes import router as mandates
from svc_sso.oauth.routes import router as oauth
from svc_sso.oidc.routes import router as oidc
from svc_sso.oidc.rules import check
from svc_sso.opening.routes import router as opening
from svc_sso.organisations.routes import router as organisations
from svc_sso.portal.routes import router as portal
from svc_sso.pushed.routes import make_router as pushed
from svc_sso.renewals.service import Renewals
from svc_sso.repeats.routes import Repeats
from svc_sso.repeats.service import Ledger
from svc_sso.sessions.routes import router as sessions
from svc_sso.settings import Settings
from svc_sso.sign_ins.routes import router as sign_ins
from svc_sso.staff.routes import router as staff
from svc_sso.staff.routes import units
from svc_sso.tokens.service import Issuer, OwnVerifier
from svc_sso.verifications.routes import router as verifications
from svc_sso.worker import WORK

SERVICE = Service(
    name="sso",
    title="统一身份认证 Single sign-on",
    description="Accounts of people and staff, one log-in for everything, OpenID Connect and OAuth for the services.",
    routers=[
        accounts,
        opening,
        factors,
        consents,
        sessions,
        sign_ins,
        staff,
        units,
        verifications,
        recoveries,
        organisations,
        mandates,
        oauth,
        pushed(check),
        oidc,
        discovery,
        login,
        portal,
        mandate_pages,
        logout,
        administration,
        suspensions,
        agencies,
        backchannel,
    ],
    work=WORK,
    tags=[
        {"name": "accounts", "description": "账户: one's own account and who has looked at it"},
        {"name": "sessions", "description": "登录会话: where one is logged in, and the history of sign-ins"},
        {"name": "factors", "description": "登录验证与授权: the own second factors and consents"},
        {
            "name": "staff",
            "description": "工作人员: accounts, roles, units, regions, for the security administrator",
        },
        {"name": "verifications", "description": "实名核验: how well one's identity is known"},
        {"name": "organisations", "description": "企业与授权: enterprises one acts for, mandates of agents"},
        {"name": "clients", "description": "客户端: systems of agencies and applications, their keys, quotas, notices"},
        {"name": "account pages", "description": "我的账户: the own pages, for people with a browser"},
        {"name": "oidc", "description": "OpenID Connect and OAuth 2.0"},
    ],
)


async def prepare(own: Sessions, settings: Settings) -> None:
    """What must be in the database before the first request: keys that sign and the platform's own clients."""
    async with own.begin() as session:
        await keys.ensure_keys(session)
        await clients.seed(session, settings.secrets_by_client, settings.origin)
    await at_first_start(own, settings)


def create_app(settings: Settings | None = None) -> Repeats:
    """The application; without settings given they come from the environment of a process that is its alone."""
    if settings is None:
        gc.collect()
        gc.freeze()  # What is loaded now stays; to go through it again and again would hold up callers for 20 ms.
    settings = settings or Settings()
    app = create_service(SERVICE, settings)
    runtime, issuer = app.state.runtime, Issuer(settings.issuer, origin=settings.origin)
    verifier = OwnVerifier(issuer, SERVICE.name, runtime)
    app.state.runtime, app.state.issuer = dataclasses.replace(runtime, verifier=verifier), issuer
    dsn = settings.database.replace("+asyncpg", "", 1)
    ledger, renewals = Ledger(dsn), Renewals(dsn, issuer)
    started = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with started(app):
            await prepare(runtime.sessions, settings)
            yield
            await ledger.close()
            await renewals.close()

    app.router.lifespan_context = lifespan
    return Repeats(app, issuer.keys, ledger, renewals)
