"""What a row of a bulk file must hold, and what is wrong with one that does not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from shared.codes import credit_code, regions
from svc_credit_registry.record.classification.rules import industry_code
from svc_credit_registry.record.enterprises.rules import Status

REQUIRED = (
    "code",
    "name",
    "region",
    "industry_code",
    "organisation_form",
    "established_on",
    "legal_representative_name",
)
OPTIONAL = ("status", "registered_on", "ended_on", "registered_capital_yuan", "address", "business_scope")
COLUMNS = REQUIRED + OPTIONAL

LONGEST = dict.fromkeys(COLUMNS, 40) | {
    "name": 200,
    "organisation_form": 40,
    "legal_representative_name": 100,
    "address": 500,
    "business_scope": 4000,
}
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EARLIEST = date(1840, 1, 1)
_STATUS = {"": Status.ACTIVE} | {status.value: status for status in Status}
_MOST_YUAN = Decimal(10) ** 18


@dataclass(frozen=True)
class Fault:
    """Why a row is not loaded: the column, a stable reason, and a sentence."""

    field: str
    reason: str
    message: str


class Bad(ValueError):
    """A row with a fault."""

    def __init__(self, field: str, reason: str, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(field, reason, message)


class EnterpriseRow(NamedTuple):
    """A valid row."""

    code: str
    name: str
    region: str
    industry_code: str
    organisation_form: str
    status: Status
    established_on: date
    registered_on: date
    ended_on: date | None
    legal_representative_name: str
    registered_capital_yuan: Decimal | None
    address: str
    business_scope: str


def read_row(values: Mapping[str, Any], today: date) -> EnterpriseRow:
    """A row from its values by column. Raises Bad with the first fault."""
    established = _date(values, "established_on", today)
    if established is None:
        raise Bad("established_on", "missing", "established_on is missing")
    status = _status(values)
    ended = _date(values, "ended_on", today)
    registered = _date(values, "registered_on", today) or established
    _check_dates(status, established, ended)
    return EnterpriseRow(
        code=_code(values),
        name=_text(values, "name"),
        region=_region(values),
        industry_code=_industry(values),
        organisation_form=_text(values, "organisation_form"),
        status=status,
        established_on=established,
        registered_on=registered,
        ended_on=ended,
        legal_representative_name=_text(values, "legal_representative_name"),
        registered_capital_yuan=_capital(values),
        address=_text(values, "address", required=False),
        business_scope=_text(values, "business_scope", required=False),
    )


def _text(values: Mapping[str, Any], field: str, *, required: bool = True) -> str:
    value = values.get(field)
    # Nearly all are plain; what is odd is looked at below, in the order of what is said of it.
    if value.__class__ is str and value.isprintable() and 0 < len(text := value.strip()) <= LONGEST[field]:
        return text
    if value is None or value == "":
        if required:
            raise Bad(field, "missing", f"{field} is missing")
        return ""
    if not isinstance(value, str):
        raise Bad(field, "not_text", f"{field} must be text")
    text = value.strip()
    if required and not text:
        raise Bad(field, "missing", f"{field} is missing")
    if len(text) > LONGEST[field]:
        raise Bad(field, "too_long", f"{field} has more than {LONGEST[field]} characters")
    if not text.isprintable() and _CONTROL.search(text):
        raise Bad(field, "control_character", f"{field} holds a control character")
    return text


def _code(values: Mapping[str, Any]) -> str:
    text = _text(values, "code")
    try:
        return credit_code.parse(text).text
    except credit_code.InvalidCreditCode as exc:
        raise Bad("code", exc.code, str(exc)) from exc


def _region(values: Mapping[str, Any]) -> str:
    given = values.get("region")
    if given.__class__ is str and regions.is_known(given):
        return str(given)
    text = _text(values, "region")
    if not regions.is_known(text):
        raise Bad("region", "region_unknown", f"{text} is no region of GB/T 2260")
    return text


def _industry(values: Mapping[str, Any]) -> str:
    given = values.get("industry_code")
    code = _known_industry(given) if given.__class__ is str else None
    if code is not None:
        return code
    text = _text(values, "industry_code")
    code = _known_industry(text)
    if code is None:
        raise Bad("industry_code", "industry_unknown", f"{text} is no industry of GB/T 4754")
    return code


_known_industry = lru_cache(maxsize=4096)(industry_code)


def _status(values: Mapping[str, Any]) -> Status:
    text = _text(values, "status", required=False)
    status = _STATUS.get(text)
    if status is None:
        raise Bad("status", "unknown_status", "status is active, cancelled or revoked")
    return status


def _date(values: Mapping[str, Any], field: str, today: date) -> date | None:
    given = values.get(field)
    if not given:
        return None
    day = _day(given) if given.__class__ is str else None
    if day is not None and _EARLIEST <= day <= today:
        return day
    text = _text(values, field, required=False)
    day = _day(text)
    if day is None:
        raise Bad(field, "bad_date", f"{field} must be a date like 2026-01-31")
    if not _EARLIEST <= day <= today:
        raise Bad(field, "date_out_of_range", f"{field} must lie between 1840 and today")
    return day


@lru_cache(maxsize=100_000)
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        return None


def _check_dates(status: Status, established: date, ended: date | None) -> None:
    if (status is Status.ACTIVE) != (ended is None):
        raise Bad("ended_on", "status_and_end", "ended_on is given exactly when the status is not active")
    if ended is not None and ended < established:
        raise Bad("ended_on", "ended_before_established", "ended_on lies before established_on")


def _capital(values: Mapping[str, Any]) -> Decimal | None:
    given = values.get("registered_capital_yuan")
    if given is None or given == "":
        return None
    amount = _amount(str(given))
    if amount is None:
        raise Bad("registered_capital_yuan", "bad_amount", "registered_capital_yuan must be an amount in yuan")
    return amount


@lru_cache(maxsize=10_000)
def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    good = amount.is_finite() and 0 <= amount < _MOST_YUAN and amount == round(amount, 2)
    return amount if good else None
