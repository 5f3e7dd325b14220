"""Fills the register with made-up enterprises for a demonstration: `python -m svc_credit_registry.demo`.

Some bear the names of the official examples of 工商企注字〔2017〕133号, so that a check of a name shows its verdicts.
What happened to them since stands in `demonstration`. Running it again changes nothing.
"""

import asyncio
import sys

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

import svc_credit_registry.sharing.batches.models  # noqa: F401 - receipts refer to its table
from shared.clock import today
from shared.db import make_engine, make_sessions
from shared.privacy import Keyring, set_keyring
from svc_credit_registry.demonstration import exchange, lists, pushes, reporting, supervision
from svc_credit_registry.demonstration.callers import SUIZHOU
from svc_credit_registry.demonstration.enterprises import FIXED, rows
from svc_credit_registry.record.intake import service
from svc_credit_registry.record.intake.service import BulkFile, Origin, Summary
from svc_credit_registry.record.preparation.rules import Rejection
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.matching.service import index_of

__all__ = ["FIXED", "fill"]
ORIGIN = Origin(producer=SUIZHOU, basis="演示数据", source="demo")
STEPS = (
    reporting.self_reported, exchange.catalogued, exchange.requested,
    lists.unreachable, lists.unreported, lists.removed, lists.serious, lists.repaired,
    supervision.measured, supervision.online, exchange.doubted, supervision.classified,
    supervision.inspected, supervision.committed,
)  # fmt: skip


def refuse(rejection: Rejection) -> None:
    """A demonstration has no bad rows; one would be a fault of the program."""
    raise RuntimeError(f"demo row {rejection.line}: {rejection.message}")


async def happened(session: AsyncSession, settings: Settings) -> None:
    """What became of the enterprises, as far as it did not happen before."""
    await pushes.push(session, index_of(settings))
    for step in STEPS:
        await step(session)
    await supervision.reported(session, index_of(settings))


async def fill(settings: Settings) -> Summary:
    """Loads what is missing."""
    if settings.keyring is not None:
        set_keyring(Keyring.from_json(settings.keyring.get_secret_value()))
    engine = make_engine(settings.database, service.WRITERS + 1)
    try:
        file = BulkFile("demo.ndjson", map(orjson.dumps, rows()), ORIGIN)
        summary = await service.load(make_sessions(engine), file, today(), refuse)
        async with make_sessions(engine)() as session, session.begin():
            await happened(session, settings)
        return summary
    finally:
        await engine.dispose()


def main() -> int:
    """The command line."""
    summary = asyncio.run(fill(Settings()))
    print(f"credit-registry: {summary.inserted} demo enterprises added, {summary.updated + summary.left} there before")
    return 0


if __name__ == "__main__":
    sys.exit(main())
