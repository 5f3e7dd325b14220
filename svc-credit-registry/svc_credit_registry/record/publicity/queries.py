"""Reading the complaints on the record."""

from datetime import date

from sqlalchemy import Select, select

from svc_credit_registry.record.enterprises.rules import end_of
from svc_credit_registry.record.publicity.models import ComplaintRecord


def shown(code: str) -> Select[ComplaintRecord]:
    """The complaints that stand on the record of an enterprise."""
    return select(ComplaintRecord).where(ComplaintRecord.enterprise_code == code, ComplaintRecord.withheld_at.is_(None))


def shown_on(code: str, day: date) -> Select[ComplaintRecord]:
    """The complaints that stood on the record at the end of `day` and have not been taken off since."""
    return shown(code).where(ComplaintRecord.received_at < end_of(day))
