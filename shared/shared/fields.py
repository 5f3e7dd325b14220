"""Types of input fields which the schemas of several services share."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written(value: Any) -> Any:
    """Only RFC 3339 dates: a number would be read as seconds since 1970, and be a day nobody meant."""
    known = isinstance(value, date) and not isinstance(value, datetime)
    if not known and not (isinstance(value, str) and WRITTEN.fullmatch(value)):
        raise PydanticCustomError("date_form", "A day is written as YYYY-MM-DD")
    return value


def _within(value: date) -> date:
    """Terms are counted from days given by people; none of them may lead beyond the end of the calendar."""
    if not FIRST <= value <= LAST:
        raise PydanticCustomError("date_out_of_range", "A day lies between 1900-01-01 and 2199-12-31")
    return value


Day = Annotated[date, BeforeValidator(_written), AfterValidator(_within)]
"""A day which a person enters: YYYY-MM-DD, from 1900 to 2199. Use it for input; a `date` is fine for output."""
