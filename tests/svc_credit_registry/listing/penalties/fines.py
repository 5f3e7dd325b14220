"""Penalties for the tests of their publication and repair."""

from datetime import date
from typing import Any

from svc_credit_registry.listing.penalties import handlers
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.listing.lists.desk import Desk


async def fined(desk: Desk, code: str, day: date, **content: Any) -> str:
    """A penalty of `day` on the record of an enterprise, with its term of publication; its key."""
    given: dict[str, Any] = {
        "document_number": f"随曾市监罚〔{day.year}〕12号", "authority": "曾都区市场监督管理局",
        "decided_on": day.isoformat(),
        "facts": "发布虚假广告", "penalty_types": ["罚款"], "penalty": "罚款二十万元", "fine_yuan": "200000.00",
        "legal_basis": "《中华人民共和国广告法》第五十五条",
    }  # fmt: skip
    key = await desk.put(code, RecordKind.PENALTY, day, given | content)
    await desk.sweep(handlers.give_terms, day)
    return key


async def shown(desk: Desk, code: str) -> int:
    """How many penalties the public sees."""
    found = await desk.get(f"/v1/enterprises/{code}/items", kind="penalty")
    return len(found["items"])
