"""Opening an account."""

from typing import cast

from fastapi import Response, status

from shared.auth import Public
from shared.clock import NowDep
from shared.db import SessionDep
from shared.http import IDEMPOTENCY_OPTIONAL, Router, set_etag
from shared.runtime import RuntimeDep
from svc_sso.accounts.errors import IdentityTaken, UsernameTaken
from svc_sso.accounts.rules import PERSON
from svc_sso.accounts.schemas import AccountIn, AccountOut, shown
from svc_sso.accounts.service import open_account, policy_of
from svc_sso.pages.browser import BrowserDep
from svc_sso.settings import Settings
from svc_sso.sign_ins.service import admit_opening, check_opening

router = Router(prefix="/v1", tags=["accounts"])


@router.post(
    "/accounts",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Public],
    openapi_extra=IDEMPOTENCY_OPTIONAL,
    response_model=AccountOut,
    name="open_account",
)
async def open_an_account(
    body: AccountIn, session: SessionDep, response: Response, runtime: RuntimeDep, browser: BrowserDep, now: NowDep
) -> AccountOut:
    """开立账户: opens an account for a natural person, one for each resident identity number."""
    await check_opening(runtime.sessions, browser.address, now)
    try:
        account = await open_account(session, body, policy_of(cast(Settings, runtime.settings), PERSON), now)
    except (UsernameTaken, IdentityTaken):
        await admit_opening(runtime.sessions, browser.address, now)
        raise
    response.headers["Location"] = "/v1/me"
    set_etag(response, account)
    return shown(account)
