"""What other modules may ask of columns, and how one is shown."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from svc_disclosure.columns import queries, rules
from svc_disclosure.columns.errors import ColumnUnknown
from svc_disclosure.columns.models import Column
from svc_disclosure.columns.rules import Step
from svc_disclosure.columns.schemas import ColumnOut


async def load(session: AsyncSession, code: str) -> Column:
    """The column; 404 when there is none with this code."""
    column = await queries.find(session, code)
    if column is None:
        raise ColumnUnknown(code)
    return column


def steps_needed(column: Column, *, sensitive: bool) -> tuple[Step, ...]:
    """The decisions which an article of this column needs, in order."""
    return rules.steps_for(tuple(Step(step) for step in column.chain), sensitive=sensitive)


def show(column: Column, today: date) -> ColumnOut:
    """The column as the public sees it on `today`."""
    cycle = rules.cycle_on(
        today,
        opened_on=column.opened_on,
        last_published_on=column.last_published_on,
        cycle_days=column.update_cycle_days,
    )
    return ColumnOut(
        code=column.code,
        parent_code=column.parent_code,
        title=column.title_zh,
        title_en=column.title_en,
        owner_unit=column.owner_unit,
        update_cycle_days=column.update_cycle_days,
        chain=[Step(step) for step in column.chain],
        automatic=column.automatic,
        last_published_on=column.last_published_on,
        update_due_on=cycle.update_due_on,
        freshness=cycle.freshness,
        past_update_cycle=cycle.past_cycle,
    )
