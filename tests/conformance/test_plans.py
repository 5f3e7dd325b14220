"""The plans hold what they promise; `make conformance` runs them."""

from tests.conformance import backchannel, basic, bcp, config, dpop, fapi2, logout
from tests.conformance.world import entropy_bits

PLANS = (basic.PLAN, config.PLAN, logout.PLAN, backchannel.PLAN, fapi2.PLAN, dpop.PLAN, bcp.PLAN)


def test_every_plan_is_complete() -> None:
    counts = {plan.title: len(plan.checks) for plan in PLANS}
    assert counts == {
        "Basic OP": 38,
        "Config OP": 1,
        "RP-initiated logout OP": 11,
        "Back-channel logout OP": 2,
        "FAPI 2.0 negatives": 58,
        "DPoP": 50,
        "RFC 9700": 20,
    }


def test_every_check_has_a_number_of_its_own_and_a_rule() -> None:
    checks = [check for plan in PLANS for check in plan.checks]
    assert len({check.number for check in checks}) == len(checks)
    assert len({check.name for check in checks}) == len(checks)
    assert all(check.rule for check in checks)


def test_what_can_be_guessed_has_little_entropy() -> None:
    assert entropy_bits("a" * 64) == 0
    assert entropy_bits("Zm9vYmFyLXNvbWV0aGluZy1yYW5kb20tMDEyMzQ1Njc4OQ") > 96
