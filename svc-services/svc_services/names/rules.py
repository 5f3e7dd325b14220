"""Formal rules for an enterprise name, its parts, and how long it is kept.

企业名称登记管理规定 (Order 734 of the State Council, in force 2021-03-01). Whether a name is the same as or similar to
another one is the credit registry's to say (工商企注字〔2017〕133号); here stand the rules which need no other name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import Deadline, months_after
from shared.terms import in_force
from svc_services.wording.rules import (
    APPROVAL_WORDS,
    DEFAULT_INDUSTRY_WORDS,
    DOUBTFUL_WORDS,
    FORBIDDEN_WORDS,
    FORMS,
    INDUSTRY_WORDS,
    RESTRICTED_WORDS,
    Word,
)

ORDER_734 = "企业名称登记管理规定（国务院令第734号，2021-03-01起施行）"
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_BRACKETS, _BRACKETED = re.compile(r"[()（）]"), re.compile(r"[(（][^()（）]*[)）]")

MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
DIRECTLY_BELOW_PROVINCE = "90"


class Outcome(StrEnum):
    """What a verdict means: refused ends it, an examiner decides, a warning informs."""

    REFUSED = "refused"
    EXAMINER = "examiner"
    WARNING = "warning"


class ReservationState(StrEnum):
    """Where a reservation stands. Only `reserved` keeps the name from others."""

    RESERVED = "reserved"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class NameParts:
    """A name as the law builds it: region + trade name + industry + organisation form (article 6)."""

    region: str
    trade_name: str
    industry_code: str
    industry_word: str
    organisation_form: str


@dataclass(frozen=True)
class Verdict:
    """What one rule says about a name, with its source and, where there is one, the name it conflicts with."""

    rule: str
    article: str
    outcome: Outcome
    message: str
    message_en: str
    conflicting_name: str | None = None
    conflicting_code: str | None = None
    exemption: str | None = None


@dataclass(frozen=True)
class ReservationTerm:
    """How long a name is kept, from `since` on."""

    since: date
    months: int
    months_with_approval: int
    basis: str


RESERVATION_TERMS: tuple[ReservationTerm, ...] = (
    ReservationTerm(since=date(2021, 3, 1), months=2, months_with_approval=12, basis=f"{ORDER_734}第十八条"),
)


def reservation_term(on: date) -> ReservationTerm:
    """The term in force on `on`; raises ValueError before 2021-03-01, when names were approved in advance instead."""
    return in_force(RESERVATION_TERMS, on)


def reserved_until(reserved_on: date, *, approval_needed: bool) -> Deadline:
    """The last day of a reservation: 2 months, 1 year where an approval is needed before registration (article 18)."""
    term = reservation_term(reserved_on)
    months = term.months_with_approval if approval_needed else term.months
    return months_after(reserved_on, months, basis=term.basis)


def is_live(state: ReservationState, until: date, today: date, *, held: bool = False) -> bool:
    """Whether a reservation still keeps its name: the last day belongs to it, and a pending application holds it."""
    return state is ReservationState.RESERVED and (held or today <= until)


def compose_name(city_name: str, parts: NameParts) -> str:
    """The whole name in the usual order (article 6)."""
    return f"{city_name}{parts.trade_name}{parts.industry_word}{parts.organisation_form}"


def industry_class(industry_code: str) -> str:
    """The division (大类, two digits) of an industry code of GB/T 4754: names compete within it."""
    digits = re.sub(r"\D", "", industry_code)
    return digits[:2]


def registrar_scope(region: str) -> str:
    """The place whose registrars share one space of names, and which names are put together with (article 17:
    同一企业登记机关; article 7: a district's name never stands without its city's).

    A municipality is one; so is a county-level division directly below its province (省直辖县级行政单位: 仙桃, 石河子).
    """
    if region[:2] in MUNICIPALITIES:
        return region[:2] + "0000"
    return region if region[2:4] == DIRECTLY_BELOW_PROVINCE else region[:4] + "00"


def default_industry_word(industry_code: str) -> str:
    """The usual industry word of a division, for those who give the code alone; empty where none is usual."""
    return DEFAULT_INDUSTRY_WORDS.get(industry_class(industry_code), "")


def formal_verdicts(parts: NameParts, region_names: frozenset[str], name: str | None = None) -> list[Verdict]:
    """Everything wrong with a name whatever others exist, all at once. `region_names` are those of its region; `name`
    is the whole name where it was given.
    """
    words = parts.trade_name + parts.industry_word
    return [
        *_script_verdicts(parts, name),
        *_region_verdicts(parts.trade_name, region_names),
        *_industry_verdicts(parts.trade_name),
        *_form_verdicts(parts.organisation_form),
        *_word_verdicts(words, FORBIDDEN_WORDS, Outcome.REFUSED),
        *_word_verdicts(words, DOUBTFUL_WORDS, Outcome.EXAMINER),
        *_word_verdicts(words, RESTRICTED_WORDS, Outcome.EXAMINER),
        *_word_verdicts(words, APPROVAL_WORDS, Outcome.WARNING),
    ]


def holds(name: str, parts: NameParts) -> bool:
    """Whether a whole name is made of these parts: what is checked must be what is kept."""
    return _BRACKETED.sub("", name).endswith(parts.trade_name + parts.industry_word + parts.organisation_form)


def standard_verdicts(asked: str, simplified: str) -> list[Verdict]:
    """What follows when a trade name reads otherwise once its characters are simplified (article 5).

    Some characters are standard beside the simpler ones for which they once stood, as 昇: so an examiner looks.
    """
    if simplified in asked or not HAN.fullmatch(simplified):
        return []
    message = f"字号可能含有非规范汉字（规范写法：“{simplified}”）"
    english = f"The trade name may hold characters that are not standard; simplified it is {simplified}"
    return [Verdict("trade_name_not_standard", f"{ORDER_734}第五条", Outcome.EXAMINER, message, english)]


def taken_verdict(other_name: str, kept_until: date) -> Verdict:
    """Another live reservation holds the same trade name in the same industry with the same registrar (article 17)."""
    return Verdict(
        rule="same_trade_name_reserved",
        article=f"{ORDER_734}第十七条第一项",
        outcome=Outcome.REFUSED,
        message=f"与保留期内的名称“{other_name}”字号、行业相同（保留至{kept_until:%Y-%m-%d}）",
        message_en=f"Same trade name and industry as the reserved name {other_name} (kept until {kept_until})",
        conflicting_name=other_name,
    )


def place_names(names: Sequence[str]) -> frozenset[str]:
    """The names of places with and without their suffix (随州市 and 随州)."""
    short = {re.sub(r"(省|市|县|区|自治州|自治区|地区|盟|旗)$", "", name) for name in names}
    return frozenset(names) | frozenset(name for name in short if len(name) > 1)


def _script_verdicts(parts: NameParts, name: str | None) -> list[Verdict]:
    trade_name = parts.trade_name
    if not HAN.fullmatch(trade_name):
        english = "The trade name is written in Han characters"
        return [_refused("trade_name_script", "第五条", "字号应当使用规范汉字", english)]
    if len(trade_name) < 2:
        message, english = "字号应当由两个以上汉字组成", "The trade name has at least two Han characters"
        return [_refused("trade_name_length", "第八条", message, english)]
    if not HAN.fullmatch(_BRACKETS.sub("", name or trade_name + parts.industry_word)):
        english = "The whole name is written in Han characters"
        return [_refused("name_script", "第五条", "企业名称应当使用规范汉字", english)]
    return []


def _region_verdicts(trade_name: str, region_names: frozenset[str]) -> list[Verdict]:
    if trade_name in region_names:
        message, english = "县级以上地名不得作为字号", "The name of a place is no trade name"
        return [_refused("trade_name_is_region", "第八条", message, english)]
    within = sorted(n for n in region_names if len(n) > 1 and n in trade_name)
    return [
        Verdict(
            rule="trade_name_contains_region",
            article=f"{ORDER_734}第八条",
            outcome=Outcome.EXAMINER,
            message=f"字号含有地名“{n}”，须由登记机关审查是否具有其他含义",
            message_en=f"The trade name contains the place {n}; an examiner decides whether it means something else",
        )
        for n in within
    ]


def _industry_verdicts(trade_name: str) -> list[Verdict]:
    if trade_name in INDUSTRY_WORDS:
        message, english = (
            f"“{trade_name}”是行业用语，不得作为字号",
            f"{trade_name} is a word of an industry, no trade name",
        )
        return [_refused("trade_name_is_industry", "第八条、第九条", message, english)]
    return []


def _form_verdicts(form: str) -> list[Verdict]:
    if form in FORMS:
        return []
    message = f"组织形式“{form}”不是法定组织形式"
    return [
        _refused("organisation_form_unknown", "第十条", message, f"{form} is no form of organisation known to the law")
    ]


def _word_verdicts(text: str, words: tuple[Word, ...], outcome: Outcome) -> list[Verdict]:
    return [
        Verdict(
            rule=word.rule,
            article=f"{ORDER_734}{word.article}",
            outcome=outcome,
            message=f"含有“{word.text}”：{word.reason}",
            message_en=f"Contains {word.text}: {word.reason_en}",
        )
        for word in words
        if word.text in text
    ]


def _refused(rule: str, article: str, message: str, message_en: str) -> Verdict:
    return Verdict(rule, f"{ORDER_734}{article}", Outcome.REFUSED, message, message_en)
