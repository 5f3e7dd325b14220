"""The tables of states, each whole: what they list and refuse, and that no state is out of reach or without words."""

from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from svc_credit_registry.cases.rules import TransitionTable, authority_of
from svc_credit_registry.listing.hearings import rules as hearings
from svc_credit_registry.listing.list_objections import rules as list_objections
from svc_credit_registry.listing.lists import rules as lists
from svc_credit_registry.listing.removals import rules as removals
from svc_credit_registry.listing.repairs import rules as repairs
from svc_credit_registry.reporting.objections import rules as objections
from svc_credit_registry.sharing.resource_requests import rules as requests
from svc_credit_registry.supervision.leads import rules as leads
from svc_credit_registry.supervision.measures import rules as measures

Table = TransitionTable[Any, Any]
# A table, all its acts, the state in which a case begins, the acts which lead from no state: what opens a case, and
# what happens to it without a step.
KINDS: dict[str, tuple[Table, type[StrEnum], str, set[str]]] = {
    "lists": (lists.TRANSITIONS, lists.Act, "proposed", {"propose", "recompute", "remark"}),
    "hearings": (hearings.TRANSITIONS, hearings.Act, "asked", set()),
    "list objections": (list_objections.TRANSITIONS, list_objections.Act, "filed", set()),
    "removals": (removals.TRANSITIONS, removals.Act, "applied", set()),
    "repairs": (repairs.TRANSITIONS, repairs.Act, "applied", set()),
    "objections": (objections.TRANSITIONS, objections.Act, "received", {"ask"}),
    "requests": (requests.TRANSITIONS, requests.Step, "submitted", set()),
    "leads": (leads.TRANSITIONS, leads.Act, "received", set()),
    "directives": (measures.TRANSITIONS, measures.Act, "in_force", set()),
}


@pytest.mark.parametrize("name", KINDS)
def test_an_act_leads_where_the_table_says_or_is_refused(name: str) -> None:
    table, acts, _, _ = KINDS[name]
    for state, act in product(table.labels, acts):
        if (state, act) in table.steps:
            assert table.after(str(state), act) is table.steps[(state, act)]
            continue
        with pytest.raises(table.refusal) as refused:
            table.after(str(state), act)
        assert refused.value.status == 409
        assert refused.value.extensions == {"state": str(state), "act": str(act)}
        assert all(words in str(refused.value) for words in table.labels[state])


@pytest.mark.parametrize("name", KINDS)
def test_every_state_has_words_and_is_reached_and_every_act_leads_somewhere(name: str) -> None:
    table, acts, first, apart = KINDS[name]
    states: type[StrEnum] = type(next(iter(table.labels)))
    assert set(table.labels) == set(states)
    reached = {first}
    while more := {to for (state, _), to in table.steps.items() if state in reached} - reached:
        reached |= more
    assert reached == set(states) - _set_otherwise(name)
    assert {act for _, act in table.steps} == set(acts) - apart


def _set_otherwise(name: str) -> set[str]:
    """States into which an outcome leads and no act alone."""
    return {"awaiting_correction"} if name == "objections" else set()


def test_an_authority_is_named_by_its_region() -> None:
    assert authority_of("421303") == "AMR-421303"
