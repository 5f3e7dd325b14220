from datetime import date

from svc_credit_registry.record.records.rules import KINDS, RecordKind, is_receipt, publication_due, receipt_of
from svc_credit_registry.record.records.schemas import CONTENTS


def test_a_receipt_shows_a_slip_of_the_pen() -> None:
    receipt = receipt_of(12, date(2026, 11, 21))
    assert receipt == "GS20261121000000001281"
    slips = {receipt[:i] + str((int(receipt[i]) + 1) % 10) + receipt[i + 1 :] for i in range(2, len(receipt))}
    assert not any(is_receipt(slip) for slip in slips)


def test_the_terms_of_a_kind_are_those_of_the_day_of_the_act() -> None:
    due = {
        day: publication_due(RecordKind.PENALTY, day)
        for day in (date(2014, 9, 30), date(2020, 1, 2), date(2026, 11, 20))
    }
    assert [d.due_on if d else None for d in due.values()] == [None, date(2020, 2, 6), date(2026, 12, 1)]
    assert publication_due(RecordKind.ANNUAL_REPORT, date(2026, 6, 1)) is None
    assert set(CONTENTS) == set(KINDS) == set(RecordKind)
