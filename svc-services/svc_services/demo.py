"""Demo content: `python -m svc_services.demo` enters, once, what one county made better than the national standard."""

import asyncio
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import make_engine, make_sessions
from svc_services.matters import queries, service
from svc_services.matters.schemas import LocalChanges
from svc_services.settings import Settings

MATTER, REGION, SINCE = "MR-ENT-ESTABLISH", "421321", date(2023, 1, 1)
PROMISE = LocalChanges(working_days=1, basis="承诺 1 个工作日办结（演示内容）")


async def promise(session: AsyncSession) -> bool:
    """Enters the county's promise unless it is there; whether it was entered."""
    if await queries.implementation_on(session, MATTER, REGION, SINCE) is not None:
        return False
    await service.implement_locally(session, MATTER, REGION, PROMISE, SINCE)
    return True


async def main() -> None:
    """Enters what is missing, in one transaction."""
    engine = make_engine(Settings().database, 1)
    async with make_sessions(engine)() as session, session.begin():
        await promise(session)
    await engine.dispose()
    print(f"svc_services: {REGION} promises {PROMISE.working_days} working day for {MATTER}")


if __name__ == "__main__":
    asyncio.run(main())
