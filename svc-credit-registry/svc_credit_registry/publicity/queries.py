"""Reading the complaints on the record."""

from sqlalchemy import Select, select

from svc_credit_registry.publicity.models import ComplaintRecord


def shown(code: str) -> Select[ComplaintRecord]:
    """The complaints that stand on the record of an enterprise."""
    return select(ComplaintRecord).where(ComplaintRecord.enterprise_code == code, ComplaintRecord.withheld_at.is_(None))
