"""Registering clients, and what agencies do with their own: keys, secrets, contacts, an end."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, outbox
from shared.auth import Caller
from shared.clock import now as clock
from shared.errors import NotFound
from shared.events.sso import ClientChangedV1
from shared.http import check_version
from svc_sso.access import ADMINISTER
from svc_sso.accounts.models import Account
from svc_sso.agencies import queries, rules
from svc_sso.agencies.errors import (
    AdministratorDecides,
    BadKey,
    BadRegistration,
    ClientTaken,
    KeyTaken,
    LastKey,
    NoSecret,
    NoSuchKey,
    NotForYou,
    NotManaged,
    NoToken,
    TooManyKeys,
)
from svc_sso.agencies.queries import FIRST_PARTY
from svc_sso.agencies.rules import MANAGE_SELF, MOST_KEYS, PRIVATE_KEY_JWT, SELF_SERVICE, SIGN_CALLS, SYSTEM_KIND
from svc_sso.agencies.schemas import ClientIn, ClientPatch, keys_of
from svc_sso.clients.models import Client
from svc_sso.clients.rules import AUDIENCES, GATEWAY, SSO
from svc_sso.clients.service import note_use
from svc_sso.credentials.rules import digest
from svc_sso.credentials.service import new_secret
from svc_sso.staff.service import check_still_administrator
from svc_sso.tokens.rules import ACCESS_TYPE, EXCHANGED_SECONDS, Subject, access_claims
from svc_sso.tokens.service import Issuer, new_issue, sign

REVOKING = frozenset({"permissions", "disabled", "dpop_bound"})
REMOVABLE = frozenset(
    {"owner_unit", "owner_org", "responsible_id", "quota_per_minute", "quota_per_day", "backchannel_logout_uri"}
)
"""What a client may do without: null removes it. Elsewhere null is as if the field were left out."""
COPIED = (
    "name", "owner_unit", "owner_org", "responsible_id", "redirect_uris", "post_logout_redirect_uris", "contacts",
    "quota_per_minute", "quota_per_day", "dpop_bound", "require_pushed_authorization_requests",
    "id_token_signed_response_alg", "backchannel_logout_uri", "backchannel_logout_session_required",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What was done to a client; `revokes` ends the tokens issued to it before."""

    action: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    revokes: bool = False


async def register(session: AsyncSession, caller: Caller, body: ClientIn) -> tuple[Client, str | None]:
    """A new client, and its secret when it proves itself by one."""
    await check_still_administrator(session, caller)
    rules.check_id(body.id)
    rules.check_method(body.kind, body.token_endpoint_auth_method)
    keys = _checked_keys(body.keys)
    if body.token_endpoint_auth_method == PRIVATE_KEY_JWT and not keys:
        raise BadKey("须登记至少一个公钥 (at least one public key)")
    if await session.get(Client, body.id) is not None:
        raise ClientTaken
    secret = None if body.token_endpoint_auth_method == PRIVATE_KEY_JWT else new_secret()
    client = Client(
        id=body.id,
        kind=body.kind,
        audience=SSO,
        token_endpoint_auth_method=body.token_endpoint_auth_method,
        jwks={"keys": keys} if keys else None,
        secret_hash=digest(secret) if secret else None,
        permissions=sorted(set(body.permissions)),
        grant_types=[],
        **{name: getattr(body, name) for name in COPIED},
    )
    await _check(session, client)
    session.add(client)
    await session.flush()
    await _tell(session, caller, client, Change("client.registered", after=facts_of(client)))
    return client, secret


def _checked_keys(keys: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    checked = [_checked_key(key) for key in keys]
    if len({key["kid"] for key in checked}) < len(checked):
        raise KeyTaken
    return checked


def _checked_key(key: dict[str, Any]) -> dict[str, str]:
    kept = rules.checked_key(key)
    try:
        JWKRegistry.import_key({**kept}).get_op_key("verify")  # is the point on the curve?
    except (JoseError, ValueError) as exc:
        raise BadKey("不是有效的公钥 (not a valid public key)") from exc
    return kept


async def _check(session: AsyncSession, client: Client) -> None:
    """Refuses what does not fit together; the grant types follow from the rest."""
    rules.check_permissions(client.kind, client.permissions)
    for number, uri in enumerate(client.redirect_uris):
        rules.check_address(uri, f"/redirect_uris/{number}")
    for number, uri in enumerate(client.post_logout_redirect_uris):
        rules.check_address(uri, f"/post_logout_redirect_uris/{number}")
    if client.backchannel_logout_uri is not None:
        rules.check_address(client.backchannel_logout_uri, "/backchannel_logout_uri")
    client.grant_types = rules.grant_types(client.kind, client.redirect_uris)
    if not client.grant_types:
        raise BadRegistration("应用须登记 redirect_uris (an application needs redirect_uris)")
    if client.responsible_id is not None and await session.get(Account, client.responsible_id) is None:
        raise BadRegistration("没有该责任人账户 (there is no account of this responsible_id)")


def visible_to(caller: Caller) -> Select[Any]:
    """The clients which a caller may see: all, his own, or those he answers for."""
    if caller.kind == SYSTEM_KIND:
        return queries.only(caller.subject)
    return queries.everyone() if caller.has(ADMINISTER) else queries.answered_for(uuid.UUID(caller.subject))


def is_owner(caller: Caller, client: Client) -> bool:
    """Whether a client manages itself, by its own token or by the person who answers for it.

    A person counts only with a token of the gateway: one which some application got of him is not meant for this.
    """
    if caller.kind == SYSTEM_KIND:
        return caller.subject == client.id and caller.has(MANAGE_SELF)
    return caller.client_id == GATEWAY and str(client.responsible_id) == caller.subject


async def seen(session: AsyncSession, caller: Caller, client_id: str) -> Client:
    """A client, for those who may see it. Raises NotFound for everyone else too."""
    client = await session.get(Client, client_id)
    if client is None or not (caller.has(ADMINISTER) or is_owner(caller, client)):
        raise NotFound
    return client


async def _edited(session: AsyncSession, caller: Caller, client_id: str) -> Client:
    """The client, locked, for its owner or the security administrator."""
    client = await queries.locked(session, client_id)
    if client is None or not (caller.has(ADMINISTER) or is_owner(caller, client)):
        raise NotFound
    if caller.has(ADMINISTER) or not is_owner(caller, client):
        await check_still_administrator(session, caller)
    if client.kind == FIRST_PARTY:
        raise NotManaged
    return client


async def change(session: AsyncSession, caller: Caller, client_id: str, body: ClientPatch, version: int) -> Client:
    """Changes a client. Its owner changes contacts and ends it; only the administrator brings it back."""
    client = await _edited(session, caller, client_id)
    check_version(client, version)
    given = body.model_dump(exclude_unset=True)
    asked = {name: value for name, value in given.items() if value is not None or name in REMOVABLE}
    if not caller.has(ADMINISTER) and (asked.keys() - SELF_SERVICE or asked.get("disabled") is False):
        raise AdministratorDecides
    before = facts_of(client)
    for name, value in asked.items():
        if name != "disabled":
            setattr(client, name, sorted(set(value)) if name == "permissions" else value)
    if asked.get("disabled") is not None and asked["disabled"] != (client.disabled_at is not None):
        client.disabled_at = clock() if asked["disabled"] else None
    await _check(session, client)
    await session.flush()
    after = facts_of(client)
    changed = {name for name in after if after[name] != before[name]}
    if changed:
        old, new = {name: before[name] for name in changed}, {name: after[name] for name in changed}
        await _tell(session, caller, client, Change("client.changed", old, new, bool(changed & REVOKING)))
    return client


async def add_key(session: AsyncSession, caller: Caller, client_id: str, key: dict[str, Any]) -> Client:
    """Adds a public key; the old ones go on until they are removed, so nothing stops while keys change."""
    client = await _edited(session, caller, client_id)
    kept, keys = _checked_key(key), keys_of(client)
    if any(known["kid"] == kept["kid"] for known in keys):
        raise KeyTaken
    if len(keys) >= MOST_KEYS:
        raise TooManyKeys
    client.jwks = {"keys": [*keys, kept]}
    await session.flush()
    await _tell(session, caller, client, Change("client.key_added", after={"kid": kept["kid"]}))
    return client


async def remove_key(session: AsyncSession, caller: Caller, client_id: str, kid: str) -> Client:
    """Removes a public key at once, and with it the tokens which were got with any key before."""
    client = await _edited(session, caller, client_id)
    keys = keys_of(client)
    rest = [key for key in keys if key["kid"] != kid]
    if len(rest) == len(keys):
        raise NoSuchKey
    if not rest and client.token_endpoint_auth_method == PRIVATE_KEY_JWT:
        raise LastKey
    client.jwks = {"keys": rest} if rest else None
    await session.flush()
    await _tell(session, caller, client, Change("client.key_removed", {"kid": kid}, revokes=True))
    return client


async def rotate_secret(
    session: AsyncSession, caller: Caller, client_id: str, overlap: timedelta, now: datetime
) -> tuple[Client, str]:
    """A new secret; the one before holds for `overlap` more, and those before it no longer."""
    client = await _edited(session, caller, client_id)
    if client.secret_hash is None:
        raise NoSecret
    secret = new_secret()
    lasting = overlap > timedelta(0)
    client.previous_secret_hash = client.secret_hash if lasting else None
    client.previous_secret_until = now + overlap if lasting else None
    client.secret_hash = digest(secret)
    await session.flush()
    until = client.previous_secret_until.isoformat() if client.previous_secret_until else None
    change = Change("client.secret_rotated", after={"previous_secret_until": until}, revokes=not lasting)
    await _tell(session, caller, client, change)
    return client, secret


async def token_for_signed_call(
    session: AsyncSession, issuer: Issuer, caller: Caller, client_id: str, audience: str
) -> tuple[str, int]:
    """A token of a client whose signed call the gateway has verified, and its life in seconds; `act` names the gateway.

    Raises NotForYou for everyone but the gateway, NoToken for a client that may not call so.
    """
    if caller.subject != GATEWAY or caller.kind != SYSTEM_KIND:
        raise NotForYou
    client = await session.get(Client, client_id)
    usable = client is not None and client.disabled_at is None and SIGN_CALLS in client.permissions
    if client is None or not usable or audience not in AUDIENCES:
        raise NoToken
    await note_use(session, client, clock())
    issue = new_issue(issuer, client.id, audience, "", lifetime=EXCHANGED_SECONDS)
    subject = Subject(client.id, SYSTEM_KIND, frozenset(client.permissions))
    claims = access_claims(issue, subject, None, {"sub": GATEWAY})
    return await sign(session, issuer, ACCESS_TYPE, claims), EXCHANGED_SECONDS


def facts_of(client: Client) -> dict[str, Any]:
    """What the audit holds of a client."""
    facts = {name: getattr(client, name) for name in (*COPIED, "permissions", "kind")}
    facts["responsible_id"] = str(client.responsible_id) if client.responsible_id else None
    return facts | {"disabled": client.disabled_at is not None}


async def _tell(session: AsyncSession, caller: Caller, client: Client, change: Change) -> None:
    await audit.record(
        session, caller, action=change.action, object_type="client", object_id=client.id, before=change.before,
        after=change.after,
    )  # fmt: skip
    event = ClientChangedV1(
        client_id=client.id, kind=client.kind, disabled=client.disabled_at is not None, revokes=change.revokes
    )
    await outbox.publish(session, event)
