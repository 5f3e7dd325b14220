"""How a mediation can end, and what of it may be published."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from shared.errors import FieldError
from svc_complaints.cases.rules import Act, is_over, personal_data_in
from svc_complaints.mediation.errors import DayOutOfRange, MediationPeriodOver, PersonalDataInSummary


class Result(StrEnum):
    AGREEMENT = "agreement"
    NO_AGREEMENT = "no_agreement"
    NO_AGREEMENT_ON_APPRAISAL = "no_agreement_on_appraisal"
    WITHDRAWN = "withdrawn"
    SETTLED_PRIVATELY = "settled_privately"
    PARTY_ABSENT = "party_absent"
    NOT_MEDIABLE = "not_mediable"
    SHOULD_NOT_HAVE_BEEN_ACCEPTED = "should_not_have_been_accepted"


RESULTS: dict[Result, tuple[Act, str, str, str]] = {
    Result.AGREEMENT: (Act.CONCLUDE, "第二十二条", "达成调解协议", "The parties agreed"),
    Result.NO_AGREEMENT: (Act.CONCLUDE, "第二十一条第一款第四项", "未达成调解协议", "The parties did not agree"),
    Result.NO_AGREEMENT_ON_APPRAISAL: (
        Act.CONCLUDE,
        "第二十一条第一款第二项",
        "对鉴定机构或者鉴定费用无法协商一致",
        "The parties did not agree on an appraisal",
    ),
    Result.WITHDRAWN: (Act.WITHDRAW, "第二十一条第一款第一项", "投诉人撤回投诉", "The complainant withdrew"),
    Result.SETTLED_PRIVATELY: (Act.CONCLUDE, "第二十一条第一款第一项", "双方自行和解", "The parties settled privately"),
    Result.PARTY_ABSENT: (
        Act.CONCLUDE,
        "第二十一条第一款第三项",
        "一方无正当理由不参加调解",
        "A party stayed away without reason",
    ),
    Result.NOT_MEDIABLE: (Act.CONCLUDE, "第二十一条第一款", "争议无法调解", "The dispute can't be mediated"),
    Result.SHOULD_NOT_HAVE_BEEN_ACCEPTED: (
        Act.CLOSE,
        "第二十一条第一款第六项",
        "受理后发现不应受理",
        "It should not have been accepted",
    ),
}
"""What each result does to the case (only CONCLUDE leads to publication), its article in Order 20, and its wording."""

OVERDUE_ARTICLE = "第二十一条第一款第五项"

OVERDUE_SUMMARY = "自受理之日起四十五个工作日内未能达成调解协议，调解依法终止。"
"""Public text of a mediation which the law itself ended."""


def check_summary(summary: str, names: Sequence[str]) -> None:
    """Refuses a public text with personal data in it (422), naming the kinds but not the data."""
    kinds = personal_data_in(summary, names)
    if kinds:
        raise PersonalDataInSummary(
            errors=[FieldError("/summary", kind, "公示内容不得含个人信息 / the summary is public") for kind in kinds]
        )


def check_agreement_in_time(result: Result, mediate_by: date | None, today: date) -> None:
    """After the last day of mediation no agreement can be recorded: the mediation has ended by law."""
    if result is Result.AGREEMENT and mediate_by is not None and is_over(mediate_by, today):
        raise MediationPeriodOver(f"调解期限至 {mediate_by} / mediation ended on that day", mediate_by=str(mediate_by))


def check_day(pointer: str, day: date, earliest: date, today: date) -> None:
    """A day of the mediation lies between its beginning and today."""
    if not earliest <= day <= today:
        raise DayOutOfRange(errors=[FieldError(pointer, "out_of_range", f"{earliest} … {today}")])
