"""Types of input fields."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.fields import Day

DAY: TypeAdapter[date] = TypeAdapter(Day)


@pytest.mark.parametrize("given", ["1900-01-01", "2026-02-28", "2199-12-31", date(2026, 2, 28)])
def test_a_day_is_taken(given: Any) -> None:
    assert str(DAY.validate_python(given)) == str(given)


@pytest.mark.parametrize(
    "given",
    [0, "0", 1767225600, 1.5, True, "2026-02-29", "2026-2-1", "20260201", "2026-02-01T00:00:00", "２０２６-02-01",
     "9999-12-31", "0001-01-01", "1899-12-31", "10000-01-01", "", "today"],
)  # fmt: skip
def test_what_is_no_day_anybody_meant_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(given)


def test_a_day_is_documented_as_a_date() -> None:
    assert DAY.json_schema() == {"type": "string", "format": "date"}
