"""Which codes of a file have been seen before."""

import random

import pytest

from shared.codes import credit_code
from svc_credit_registry.record.preparation.rules import Seen


@pytest.mark.parametrize("seed", range(3))
def test_repeated_codes_are_found_as_a_dictionary_finds_them(seed: int) -> None:
    chance = random.Random(seed)
    regions = ["421303", "421321", "110105", "999999"]
    codes = [credit_code.make(chance.choice(regions), chance.randrange(4000)) for _ in range(9000)]
    seen, known = Seen(), dict[str, int]()
    for number, code in enumerate(codes, start=1):
        assert seen.put(code, number) == known.get(code, 0)
        known.setdefault(code, number)
