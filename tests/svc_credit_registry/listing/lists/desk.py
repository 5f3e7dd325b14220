"""Officers, enterprises and clocks for the tests of the lists."""

import itertools
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import httpx
from sqlalchemy import select

from shared import audit
from shared.audit import AuditRow
from shared.clock import STATUTORY_ZONE
from shared.codes import credit_code
from shared.inbox import SweepContext
from svc_credit_registry.record.records import service as records
from svc_credit_registry.record.records.models import RecordItem
from svc_credit_registry.record.records.rules import RecordKind
from tests.svc_credit_registry.world import World, row

DECIDE = "credit-registry:lists:decide"
_NUMBERS = itertools.count(431_000_000)


def noon(day: date) -> datetime:
    """Noon in Shanghai."""
    return datetime.combine(day, time(12), STATUTORY_ZONE).astimezone(UTC)


@dataclass
class Desk:
    """The service with its callers; `day` moves only what is given a day."""

    world: World
    names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def officer(self, region: str = "421303") -> dict[str, str]:
        """An officer of the lists."""
        unit = f"AMR-{region}"
        return self.world.get_bearer(
            aud="credit-registry", kind="staff", permissions=[DECIDE], region=region, unit=unit
        )

    def representative(self, code: str, *matters: str) -> dict[str, str]:
        """Somebody who acts for an enterprise; in named matters only, when some are named."""
        return self.world.get_bearer(aud="credit-registry", org=code, matters=list(matters) or None)

    async def enterprise(self, **changes: str) -> str:
        """An active enterprise of 曾都区, founded in 2012 unless told otherwise."""
        code = credit_code.make(changes.get("region", "421303"), next(_NUMBERS))
        summary, rejected = await self.world.load([row(code, f"随州名录{next(self.names)}号酒业有限公司", **changes)])
        assert (summary.inserted, rejected) == (1, [])
        return code

    async def post(
        self, path: str, who: dict[str, str], body: Any = None, version: int | None = None
    ) -> httpx.Response:
        """A POST with a fresh key."""
        headers = who | {"Idempotency-Key": str(uuid.uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer: httpx.Response = await self.world.client.post(path, json=body, headers=headers)
        return answer

    async def ok(self, path: str, who: dict[str, str], body: Any = None, version: int | None = None) -> Any:
        """The JSON of a POST which must succeed."""
        answer = await self.post(path, who, body, version)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def refused(
        self, path: str, who: dict[str, str], body: Any = None, version: int | None = None
    ) -> tuple[int, str]:
        """Status and code of a POST which must be refused."""
        answer = await self.post(path, who, body, version)
        return answer.status_code, str(answer.json()["code"])

    async def get(self, path: str, who: dict[str, str] | None = None, **params: Any) -> Any:
        """The JSON of a GET which must succeed."""
        answer = await self.world.client.get(path, headers=who or {}, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def status(self, path: str, who: dict[str, str] | None = None) -> int:
        """The status of a GET."""
        answer = await self.world.client.get(path, headers=who or {})
        return int(answer.status_code)

    async def sweep(self, run: Callable[..., Awaitable[int]], day: date, times: int = 100) -> int:
        """Calls a sweep as the worker does on `day`, until it does nothing more; how much it did."""
        total = 0
        for _ in range(times):
            async with self.world.client.sessions() as session, session.begin():
                done = await run(session, SweepContext(self.world.client.runtime, noon(day), day))
            total += done
            if not done:
                break
        return total

    async def put(self, code: str, kind: RecordKind, day: date, content: dict[str, Any], **changes: Any) -> str:
        """Puts an item on the record as if it had been entered on `day`; its key."""
        given: dict[str, Any] = {
            "code": code, "kind": kind, "key": f"k{next(_NUMBERS)}", "content": content, "producer": "AMR-421303",
            "provider": "AMR-421303", "basis": "测试", "produced_on": day, "effective_from": day,
        }  # fmt: skip
        item = records.Item(**(given | changes))
        async with self.world.client.sessions() as session, session.begin():
            await records.put(session, audit.SYSTEM, item, noon(day))
        return item.key

    async def report(self, code: str, year: int, day: date) -> None:
        """The annual report of an enterprise stands on its record."""
        content = {"year": year, "filed_on": day.isoformat()}
        await self.put(code, RecordKind.ANNUAL_REPORT, day, content, producer=code, provider=code, key=f"{code}-{year}")

    async def record(self, code: str, kind: RecordKind) -> list[RecordItem]:
        """The items of a kind that stand on the record of an enterprise."""
        async with self.world.client.sessions() as session:
            standing = (RecordItem.code == code, RecordItem.kind == kind, RecordItem.superseded_at.is_(None))
            return list((await session.scalars(select(RecordItem).where(*standing))).all())

    async def acts(self, object_id: str) -> list[str]:
        """The acts about an object in the audit, in order."""
        async with self.world.client.sessions() as session:
            query = select(AuditRow.action).where(AuditRow.object_id == object_id).order_by(AuditRow.id)
            return list((await session.scalars(query)).all())


def unreachable(code: str, verified_on: date) -> dict[str, Any]:
    """A proposal for the abnormal list by a visit."""
    return {
        "list": "abnormal", "ground": "unreachable", "code": code, "facts": "实地核查，住所无此企业",
        "verified_on": verified_on.isoformat(), "visited_on": verified_on.isoformat(),
    }  # fmt: skip


def grave(code: str, verified_on: date) -> dict[str, Any]:
    """A proposal for the serious list."""
    return {
        "list": "serious", "ground": "food_safety", "code": code, "facts": "生产销售有毒、有害食品，情节严重",
        "verified_on": verified_on.isoformat(),
        "penalty": {
            "document_number": "随市监罚〔2026〕17号", "decided_on": verified_on.isoformat(),
            "types": ["licence_revoked"],
        },
    }  # fmt: skip


async def listed(desk: Desk, code: str, verified_on: date) -> dict[str, Any]:
    """An entry on the abnormal list by an officer's decision of today."""
    made = await desk.ok("/v1/list-entries", desk.officer(), unreachable(code, verified_on))
    body = {"outcome": "listed", "reason": "查证属实"}
    done: dict[str, Any] = await desk.ok(
        f"/v1/list-entries/{made['id']}/decision", desk.officer(), body, made["version"]
    )
    return done
