from datetime import date

import pytest

from svc_credit_registry.record.amendments import rules
from svc_credit_registry.record.amendments.errors import StatusUnreachable
from svc_credit_registry.record.enterprises.rules import Status


def test_which_status_can_follow_which() -> None:
    allowed = {(a, b) for a in Status for b in Status if b in rules.NEXT[a]}
    assert allowed == {
        (Status.ACTIVE, Status.REVOKED), (Status.ACTIVE, Status.CANCELLED), (Status.REVOKED, Status.CANCELLED),
        (Status.REVOKED, Status.ACTIVE), (Status.CANCELLED, Status.ACTIVE),
    }  # fmt: skip
    with pytest.raises(StatusUnreachable):
        rules.check_status(Status.CANCELLED, Status.REVOKED)
    assert rules.name_period_end(date(2026, 5, 5), date(2026, 5, 5)) == date(2026, 5, 5)
