"""Numbers for the telephone."""

from datetime import date

import pytest

from svc_services.numbering.rules import Kind, number_for


@pytest.mark.parametrize(
    ("kind", "serial", "number"),
    [
        (Kind.APPLICATION, 123, "SQ421303-20261121-000123"),
        (Kind.RESERVATION, 1, "MC421303-20261121-000001"),
        (Kind.LICENCE, 1_234_567, "ZZ421303-20261121-1234567"),
    ],
)
def test_a_number_says_kind_region_day_and_serial(kind: Kind, serial: int, number: str) -> None:
    assert number_for(kind, "421303", date(2026, 11, 21), serial) == number
