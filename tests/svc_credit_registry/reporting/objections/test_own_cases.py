"""Doubts about items that follow from a case of the register itself: entries on lists, results of inspections."""

import pytest

from shared.clock import today
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.reporting.objections.errors import OutcomeNotPossible
from svc_credit_registry.reporting.objections.handlers import SWEEPS
from svc_credit_registry.reporting.objections.rules import HANDLED_ELSEWHERE, ObjectionOutcome, check_outcome
from tests.svc_credit_registry.reporting.filings.conftest import Filings, expect, refused
from tests.svc_credit_registry.reporting.objections.test_objections import asked, decided

SETTLE = SWEEPS[0]


@pytest.mark.parametrize("kind", sorted(HANDLED_ELSEWHERE))
@pytest.mark.parametrize("outcome", [ObjectionOutcome.CORRECTED, ObjectionOutcome.REMOVED])
def test_the_item_of_a_case_is_not_changed_past_the_case(kind: RecordKind, outcome: ObjectionOutcome) -> None:
    with pytest.raises(OutcomeNotPossible) as no:
        check_outcome(outcome, kind, own_item=True, self_reported=False, has_content=True)
    assert no.value.extensions == {"possible": ["confirmed", "referred"]}
    check_outcome(ObjectionOutcome.REFERRED, kind, own_item=True, self_reported=False, has_content=False)


async def test_an_entry_on_a_list_leaves_the_record_by_its_own_correction(filings: Filings) -> None:
    code, lister = await filings.enterprise(), filings.staff("credit-registry:lists:decide")
    body = {
        "list": "abnormal", "ground": "unreachable", "code": code, "facts": "实地核查，住所无此企业",
        "verified_on": today().isoformat(), "visited_on": today().isoformat(),
    }  # fmt: skip
    entry = expect(await filings.post(lister, "/list-entries", body), 201)
    path = f"/list-entries/{entry['id']}"
    done = {"outcome": "listed", "reason": "查证属实"}
    entry = expect(await filings.post(lister, f"{path}/decision", done, entry["version"]))
    ((item_id,),) = await filings.rows("SELECT id::text FROM record_items WHERE code = $1", code)
    case = await asked(filings, filings.person(), code, item_id)
    no = refused(await decided(filings, filings.officer(), case, outcome="removed"), 422, "outcome_not_possible")
    assert no["possible"] == ["confirmed", "referred"]
    case = expect(await decided(filings, filings.officer(), case, outcome="referred", answer="由名录岗位更正。"))
    asked_of_itself = await filings.rows("SELECT 1 FROM record_correction_requests WHERE code = $1", code)
    assert asked_of_itself == []
    expect(await filings.post(lister, f"{path}/correction", {"reason": "核查地址有误"}, entry["version"]))
    assert await filings.sweep(SETTLE) == 1
    seen = expect(await filings.read(filings.officer(), f"/objections/{case['id']}"))
    assert (seen["state"], seen["outcome"]) == ("closed", "referred")
