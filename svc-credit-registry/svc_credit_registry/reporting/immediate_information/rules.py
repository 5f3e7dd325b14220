"""What an enterprise publishes within 20 working days of its arising: 《企业信息公示暂行条例》 article 10. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Deadline
from shared.errors import FieldError
from shared.terms import Term, in_force
from svc_credit_registry.reporting.immediate_information.errors import DayInvalid

MATTER = "MR-ENT-IMMEDIATE-INFO"


class Type(StrEnum):
    """The six kinds of article 10."""

    CAPITAL = "capital"
    EQUITY_CHANGE = "equity_change"
    LICENCE = "licence"
    IP_PLEDGE = "ip_pledge"
    PENALTY = "penalty"
    OTHER = "other"


TYPES: dict[Type, tuple[str, str, str]] = {
    Type.CAPITAL: ("股东及出资信息", "Capital subscribed and paid", "第一项"),
    Type.EQUITY_CHANGE: ("股权变更信息", "Change of equity", "第二项"),
    Type.LICENCE: ("行政许可信息", "Administrative licence", "第三项"),
    Type.IP_PLEDGE: ("知识产权出质登记信息", "Pledge of intellectual property", "第四项"),
    Type.PENALTY: ("行政处罚信息", "Administrative penalty", "第五项"),
    Type.OTHER: ("其他依法应当公示的信息", "Other information which the law makes public", "第六项"),
}
"""Chinese, English and the item of article 10."""


@dataclass(frozen=True)
class Terms:
    """The text in force from `since`."""

    version: str
    since: date
    measure: str
    working_days: int
    confirmed: bool = True
    note: str = ""


TERMS: tuple[Terms, ...] = (
    Terms("sc-654-2014", date(2014, 10, 1), "《企业信息公示暂行条例》（国务院令第654号，2014-10-01起施行）第十条", 20),
    Terms(
        "sc-777-2024",
        date(2024, 5, 1),
        "《企业信息公示暂行条例》（国务院令第777号修订，2024-05-01起施行）第十条",
        20,
        note="条次沿用2014年文本 / the number of the article is that of 2014",
    ),
)
SINCE = TERMS[0].since


def term_of(kind: Type, happened_on: date) -> Term:
    """The term of the day on which the information arose. Raises DayInvalid before the Regulations were in force."""
    if happened_on < SINCE:
        raise DayInvalid(errors=[_day_fault(f"{SINCE}前形成的信息不适用 / the duty holds from {SINCE} on")])
    row = in_force(TERMS, happened_on)
    basis = f"{row.measure}{TYPES[kind][2]}：自信息形成之日起{row.working_days}个工作日内公示"
    return Term("immediate_information", row.working_days, basis, row.confirmed, row.note)


def due(kind: Type, happened_on: date) -> Deadline:
    """By when it is to be published; the day of arising is not counted."""
    return term_of(kind, happened_on).deadline(happened_on)


def is_late(kind: Type, happened_on: date, filed_on: date) -> bool:
    """Whether publication on `filed_on` is late; it is taken all the same, and marked."""
    return filed_on > due(kind, happened_on).due_on


def check_day(happened_on: date, established_on: date, today: date) -> None:
    """Refuses a day of arising that has not come yet, or on which the enterprise was not there (422)."""
    if happened_on > today:
        raise DayInvalid(errors=[_day_fault("信息形成日期不能晚于今日 / the day has not come yet")])
    if happened_on < established_on:
        raise DayInvalid(errors=[_day_fault("信息形成日期早于企业成立日期 / before the enterprise was founded")])


def _day_fault(message: str) -> FieldError:
    return FieldError("/happened_on", "day_invalid", message)


def number_for(code_region: str, day: date, serial: int) -> str:
    """The number people read out on the phone, such as JS421303-20261121-000045."""
    return f"JS{code_region}-{day:%Y%m%d}-{serial:06d}"
