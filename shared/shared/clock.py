"""The one place that reads the clock. Rules never do: they are given the day."""

from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends

STATUTORY_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def statutory_date(instant: datetime) -> date:
    """The day on which `instant` falls where the law counts days (Asia/Shanghai)."""
    return instant.astimezone(STATUTORY_ZONE).date()


def today() -> date:
    """The present day where the law counts days (Asia/Shanghai)."""
    return statutory_date(now())


NowDep = Annotated[datetime, Depends(now)]
TodayDep = Annotated[date, Depends(today)]
