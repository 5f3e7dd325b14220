"""`/api/hub/v1/quota`: what the caller has used of his quotas."""

from datetime import UTC, datetime

from fastapi import Request, Response

from gateway.access import AnyVisitor
from gateway.limits.identity import who_of
from gateway.limits.policy import Limiter
from gateway.limits.rules import Policy
from gateway.limits.schemas import QuotaOut, QuotasOut
from gateway.proxy.address import client_address
from shared.http import Router

router = Router(prefix="/api/hub/v1", tags=["hub"])


@router.get("/quota", operation_id="hub_quota", summary="用量 What the caller has used of his quotas")
async def show_quota(caller: AnyVisitor, request: Request, response: Response) -> QuotasOut:
    """Every window that applies to the caller, and never one of someone else."""
    limiter: Limiter = request.app.state.limiter
    response.headers["Cache-Control"] = "private, no-store"
    address = client_address(dict(request.scope), request.app.state.settings).encode()
    charged = limiter.charged(address, who_of(caller))
    return QuotasOut(items=[item for policy, who in charged for item in _windows(limiter, policy, who)])


def _windows(limiter: Limiter, policy: Policy, who: str) -> list[QuotaOut]:
    open_ = {count.window.name: count for count in limiter.counts.of(policy, who)}
    shown = []
    for window in policy.windows:
        count = open_.get(window.name)
        used = count.used if count is not None else 0
        shown.append(
            QuotaOut(
                name=window.name,
                quota=window.quota,
                window_seconds=window.seconds,
                used=used,
                remaining=max(window.quota - used, 0),
                ends_at=datetime.fromtimestamp(count.ends, UTC) if count is not None else None,
            )
        )
    return shown
