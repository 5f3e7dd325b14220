"""What a caller may do for whom, and how well he is known."""

import pytest

from shared.auth import Caller, caller_of

FIRM, OTHER = "91421303MA0000006Y", "91421303MA00000070"


@pytest.mark.parametrize(
    ("claims", "acts"),
    [
        ({}, False),
        ({"org": FIRM}, True),
        ({"org": OTHER}, False),
        ({"org": FIRM, "mandate": "m", "matters": ["MR-A"]}, True),
        ({"org": FIRM, "mandate": "m", "matters": ["MR-B"]}, False),
        ({"org": FIRM, "mandate": "m", "matters": []}, False),
        ({"matters": ["MR-A"]}, False),
    ],
)
def test_for_whom_and_in_what_someone_acts(claims: dict[str, object], acts: bool) -> None:
    assert caller_of({"sub": "s", **claims}, "").acts_for(FIRM, "MR-A") is acts


def test_who_is_known_better_is_known_well_enough() -> None:
    nobody, checked = Caller("s", "person"), Caller("s", "person", trust_level="two_factor")
    assert not nobody.is_trusted("two_factor")
    assert nobody.is_trusted("self_declared")
    assert checked.is_trusted("two_factor")
    assert not checked.is_trusted("in_person")
