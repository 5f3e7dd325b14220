"""When an inspector leaves a task, by table."""

import pytest

from svc_credit_registry.supervision.substitutions.errors import ReplacementsExhausted, ReplacementUnfounded
from svc_credit_registry.supervision.substitutions.rules import (
    FindingGround,
    LeaveBy,
    Leaving,
    Passed,
    check_leave,
    passed_over,
)

INSPECTOR, PLANNER, SUPERIOR = LeaveBy
CONFLICT, ABSENCE, LEFT = FindingGround
DEALT, SUBSTITUTE = Leaving(True, False, True), Leaving(False, False, True)
TIED, GONE = Leaving(False, True, True), Leaving(False, False, False)


@pytest.mark.parametrize(
    ("by", "ground", "leaving", "replaced", "refused"),
    [
        (INSPECTOR, CONFLICT, SUBSTITUTE, 9, None),
        (PLANNER, ABSENCE, DEALT, 0, None),
        (PLANNER, ABSENCE, DEALT, 1, None),
        (PLANNER, ABSENCE, DEALT, 2, ReplacementsExhausted),
        (PLANNER, ABSENCE, SUBSTITUTE, 0, ReplacementUnfounded),
        (PLANNER, CONFLICT, DEALT, 0, ReplacementUnfounded),
        (PLANNER, CONFLICT, TIED, 1, None),
        (PLANNER, CONFLICT, TIED, 2, ReplacementsExhausted),
        (PLANNER, LEFT, DEALT, 0, ReplacementUnfounded),
        (PLANNER, LEFT, GONE, 0, None),
        (SUPERIOR, ABSENCE, SUBSTITUTE, 1, None),
        (SUPERIOR, ABSENCE, SUBSTITUTE, 2, ReplacementsExhausted),
        (SUPERIOR, CONFLICT, TIED, 2, None),
        (SUPERIOR, CONFLICT, SUBSTITUTE, 0, ReplacementUnfounded),
        (SUPERIOR, LEFT, GONE, 5, None),
    ],
)
def test_a_replacement_needs_a_ground_which_the_register_shows(
    by: LeaveBy, ground: FindingGround, leaving: Leaving, replaced: int, refused: type[Exception] | None
) -> None:
    if refused is None:
        check_leave(by, ground, leaving, replaced)
        return
    with pytest.raises(refused):
        check_leave(by, ground, leaving, replaced)


def test_each_who_is_passed_over_is_so_by_the_first_ground_that_holds() -> None:
    grounds = {Passed.ON_TASK: {"A"}, Passed.DECLARED: {"A", "B", "X"}, Passed.EXCLUDED: {"B", "C"}}
    found = passed_over("ABCDE", grounds, "ABCE")
    assert found == {
        "A": Passed.ON_TASK, "B": Passed.DECLARED, "C": Passed.EXCLUDED, "D": Passed.INACTIVE,
    }  # fmt: skip
