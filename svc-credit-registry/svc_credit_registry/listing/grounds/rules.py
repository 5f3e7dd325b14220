"""The two lists in law: grounds, terms and who has a say, as dated sets. An entry keeps the set of its own day.

`ABNORMAL` is the list of abnormal operation (经营异常名录), `SERIOUS` that of serious violations (严重违法失信名单).
`DRAFTS` holds what is announced and not in force: it is shown, and nothing is decided by it.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.terms import OWN_RULE, in_force
from svc_credit_registry.listing.periods.rules import Period

REGULATIONS = "《企业信息公示暂行条例》（国务院令第654号，2014-10-01起施行；国务院令第777号修订，2024-05-01起施行）"
ORDER_68 = "《企业经营异常名录管理暂行办法》（工商总局令第68号，2014-10-01起施行）"
ORDER_83 = "《严重违法失信企业名单管理暂行办法》（工商总局令第83号，2016-04-01起施行）"
ORDER_44 = "《市场监督管理严重违法失信名单管理办法》（市场监管总局令第44号，2021-09-01起施行）"
REPAIR_MEASURE = "《市场监督管理信用修复管理办法》（国市监信规〔2021〕3号，2021-09-01起施行）"
PENALTY_LAW = "《中华人民共和国行政处罚法》（2021-07-15起施行）"

CONFIRM = "article number from secondary sources; to be confirmed against the promulgated text"
REVISED_68 = "a revision of the measure in March 2025 is reported but not confirmed; the terms of 2014 are kept"


class ListKind(StrEnum):
    """Which list."""

    ABNORMAL = "abnormal"
    SERIOUS = "serious"


LIST_LABELS: dict[ListKind, tuple[str, str]] = {
    ListKind.ABNORMAL: ("经营异常名录", "List of abnormal operation"),
    ListKind.SERIOUS: ("严重违法失信名单", "List of serious violations"),
}

ANNUAL_REPORT = "no_annual_report"
NOT_PUBLISHED = "not_published_in_time"
FALSE_INFORMATION = "false_information"
UNREACHABLE = "unreachable"
THREE_YEARS = "three_years_abnormal"


@dataclass(frozen=True)
class Ground:
    """Why an enterprise may be listed. `cure` says what ends it; None where only time or good conduct does."""

    code: str
    label_zh: str
    label_en: str
    basis: str
    cure_zh: str | None = None
    cure_en: str | None = None
    confirmed: bool = True
    note: str = ""


@dataclass(frozen=True)
class Terms:
    """One measure: its grounds and periods, in force from `since` until the next row of the same list begins.

    `lasts` is None where an entry stands until it is cured. `early_removal` is how long it must have stood before its
    removal may be asked for; None where nobody may ask. `consent` tells whether an authority below the province
    needs that of its superior. `statement` is the time to answer an announced listing, None where none is announced.
    """

    version: str
    kind: ListKind
    since: date
    measure: str
    grounds: tuple[Ground, ...]
    decision: Period
    objection: Period
    objection_acceptance: Period
    objection_verification: Period
    removal_decision: Period
    removal_acceptance: Period | None = None
    removal_verification: Period | None = None
    statement: Period | None = None
    publication: Period | None = None
    lasts: Period | None = None
    early_removal: Period | None = None
    warning: Period | None = None
    escalation: Period | None = None
    hearing: tuple[Period, ...] = ()
    consent: bool = False
    note: str = ""

    @property
    def after_listing(self) -> tuple[Period, ...]:
        """The periods which a listing sets off."""
        periods = (self.objection, self.warning, self.escalation, self.lasts, self.early_removal)
        return tuple(period for period in periods if period)

    def ground(self, code: str) -> Ground | None:
        """The ground with this code, if this measure knows it."""
        return next((ground for ground in self.grounds if ground.code == code), None)


def _days(node: str, zh: str, en: str, length: int, basis: str) -> Period:
    return Period(node, zh, en, length, "working_days", basis)


OBJECTION = Period("objection", "提出异议", "Objecting", 30, "calendar_days", f"{ORDER_68}第十六条第一款")
OBJECTION_ACCEPTANCE = _days(
    "objection_acceptance", "决定是否受理异议", "Accepting the objection", 5, f"{ORDER_68}第十六条第一款"
)
OBJECTION_VERIFICATION = _days(
    "objection_verification", "核实异议并书面告知", "Verifying the objection", 20, f"{ORDER_68}第十六条第一款"
)
CORRECTION = _days("correction", "更正错误列入", "Correcting a wrong entry", 5, f"{ORDER_68}第十六条第二款")

SAMR_68 = Terms(
    version="saic-68-2014",
    kind=ListKind.ABNORMAL,
    since=date(2014, 10, 1),
    measure=ORDER_68,
    grounds=(
        Ground(
            ANNUAL_REPORT,
            "未按照规定的期限公示年度报告",
            "No annual report published in time",
            f"{ORDER_68}第四条第一项",
            "补报未报年份的年度报告并公示",
            "Publish the missing annual report",
        ),
        Ground(
            NOT_PUBLISHED,
            "未在责令的期限内公示有关企业信息",
            "Not published within the period ordered",
            f"{ORDER_68}第四条第二项",
            "履行即时信息公示义务",
            "Publish what was ordered",
        ),
        Ground(
            FALSE_INFORMATION,
            "公示企业信息隐瞒真实情况、弄虚作假",
            "False or concealed information",
            f"{ORDER_68}第四条第三项",
            "更正其公示的信息",
            "Correct the published information",
        ),
        Ground(
            UNREACHABLE,
            "通过登记的住所或者经营场所无法联系",
            "Unreachable at the registered place",
            f"{ORDER_68}第四条第四项",
            "办理住所变更登记，或者可以重新取得联系",
            "Register the new place, or be reachable again",
        ),
    ),
    decision=_days("decision", "作出列入决定", "Deciding on the listing", 10, f"{ORDER_68}第六条至第九条"),
    objection=OBJECTION,
    objection_acceptance=OBJECTION_ACCEPTANCE,
    objection_verification=OBJECTION_VERIFICATION,
    removal_verification=_days(
        "removal_verification", "核实整改情况", "Verifying the cure", 10, f"核实期限：{OWN_RULE}"
    ),
    removal_decision=_days(
        "removal_decision", "作出移出决定", "Deciding on the removal", 5, f"{ORDER_68}第十一条至第十四条"
    ),
    warning=Period(
        "warning",
        "届满三年前60日公告提示",
        "Warning 60 days before three years",
        36,
        "months",
        f"{ORDER_68}第十五条",
        lead_days=60,
    ),
    escalation=Period("escalation", "列入满三年", "Three years on the list", 36, "months", f"{ORDER_68}第十五条"),
    note=REVISED_68,
)


SAIC_83 = Terms(
    version="saic-83-2015",
    kind=ListKind.SERIOUS,
    since=date(2016, 4, 1),
    measure=ORDER_83,
    grounds=(
        Ground(
            THREE_YEARS,
            "列入经营异常名录届满3年仍未履行相关义务",
            "Three years on the list of abnormal operation",
            f"{ORDER_83}第五条第一项",
        ),
        Ground(
            "fraudulent_registration",
            "骗取变更或者注销登记被撤销",
            "Registration obtained by fraud",
            f"{ORDER_83}第五条第二项",
        ),
        Ground(
            "pyramid_selling", "组织策划传销或者两年内三次以上提供便利", "Pyramid selling", f"{ORDER_83}第五条第三项"
        ),
        Ground(
            "direct_selling",
            "直销违法两年内受到三次以上处罚",
            "Unlawful direct selling, three penalties in two years",
            f"{ORDER_83}第五条第四项",
        ),
        Ground(
            "unfair_competition",
            "不正当竞争两年内受到三次以上处罚",
            "Unfair competition, three penalties in two years",
            f"{ORDER_83}第五条第五项",
        ),
        Ground(
            "consumer_rights",
            "商品或者服务不安全，两年内受到三次以上处罚",
            "Unsafe goods or services, three penalties in two years",
            f"{ORDER_83}第五条第六项",
        ),
        Ground(
            "false_advertising",
            "发布虚假广告两年内受到三次以上处罚或者造成严重影响",
            "False advertising, three penalties in two years or grave harm",
            f"{ORDER_83}第五条第七项",
        ),
        Ground(
            "trademark_infringement",
            "商标侵权五年内受到两次以上处罚",
            "Trademark infringement, two penalties in five years",
            f"{ORDER_83}第五条第八项",
        ),
        Ground(
            "trademark_agency", "被决定停止受理商标代理业务", "Barred from trademark agency", f"{ORDER_83}第五条第九项"
        ),
        Ground("other_serious", "其他情节严重的违法行为", "Other serious violations", f"{ORDER_83}第五条第十项"),
    ),
    decision=_days("decision", "作出列入决定", "Deciding on the listing", 10, f"{ORDER_83}第六条至第十条"),
    objection=replace(OBJECTION, basis=ORDER_83, confirmed=False, note=CONFIRM),
    objection_acceptance=replace(OBJECTION_ACCEPTANCE, basis=ORDER_83, confirmed=False, note=CONFIRM),
    objection_verification=replace(OBJECTION_VERIFICATION, basis=ORDER_83, confirmed=False, note=CONFIRM),
    removal_decision=_days(
        "removal_decision", "作出移出决定", "Deciding on the removal", 5, f"移出决定期限：{OWN_RULE}"
    ),
    lasts=Period(
        "expiry", "列入满五年移出", "Removal after five years", 60, "months", ORDER_83, confirmed=False, note=CONFIRM
    ),
)

HEARING_MEASURE = "《市场监督管理行政处罚听证办法》（市场监管总局令第42号修订，2021-07-15起施行）"
HEARING_NOTICE = replace(
    _days("hearing_notice", "确定听证时间、地点并通知", "Fixing the hearing and giving notice", 5, HEARING_MEASURE),
    confirmed=False, note=CONFIRM,
)  # fmt: skip
HEARING_LEAD = _days(
    "hearing_lead", "举行听证七日前通知", "Notice before the hearing", 7, f"{PENALTY_LAW}第六十四条第二项、第八十五条"
)
# So that nobody keeps the clock of his own decision still for years; each putting off stands in the history.
HEARING_LATEST = _days("hearing_latest", "通知后举行听证", "The hearing after its notice", 30, f"听证期限：{OWN_RULE}")

AFTER_44 = "Order 44 has no objection after the listing of its own; the periods of Order 68 are applied"
GRAVITY = "needs a bad nature, grave circumstances and a heavy penalty (articles 2 and 12); " + CONFIRM


def _grave(code: str, zh: str, en: str, article: str) -> Ground:
    return Ground(code, zh, en, f"{ORDER_44}{article}", confirmed=False, note=GRAVITY)


SAMR_44 = Terms(
    version="samr-44-2021",
    kind=ListKind.SERIOUS,
    since=date(2021, 9, 1),
    measure=ORDER_44,
    grounds=(
        _grave("food_safety", "食品安全领域严重违法", "Food safety", "第五条"),
        _grave("drugs_devices_cosmetics", "药品、医疗器械、化妆品领域严重违法", "Drugs, devices, cosmetics", "第六条"),
        _grave("product_quality", "质量安全（含特种设备）领域严重违法", "Quality, special equipment", "第七条"),
        _grave("consumer_rights", "侵害消费者权益", "Consumer rights", "第八条"),
        _grave("fair_competition", "破坏公平竞争秩序和扰乱市场秩序", "Fair competition and market order", "第九条"),
        _grave("false_registration", "骗取许可、登记或者阻碍监督检查等", "False registration, obstruction", "第十条"),
        _grave("refusal_to_comply", "有能力履行而拒不履行行政决定", "Refusing to comply with a decision", "第十一条"),
        Ground(
            THREE_YEARS,
            "满3年未依照条例规定履行公示义务",
            "Three years without publishing what the law demands",
            f"{REGULATIONS}第十七条",
            confirmed=False,
            note="Order 44 lists by gravity; the Regulations keep the three years. Decided by the province",
        ),
    ),
    decision=_days(
        "decision", "作出列入决定", "Deciding on the listing", 10, f"{ORDER_83}第六条至第十条（现行期限待核）"
    ),
    statement=_days(
        "statement",
        "陈述、申辩、要求听证",
        "Statement or hearing",
        5,
        f"{PENALTY_LAW}第六十四条、第八十五条；{ORDER_44}第十三条",
    ),
    publication=_days("publication", "公示列入信息", "Publishing the entry", 20, ORDER_44),
    objection=replace(OBJECTION, confirmed=False, note=AFTER_44),
    objection_acceptance=replace(OBJECTION_ACCEPTANCE, confirmed=False, note=AFTER_44),
    objection_verification=replace(OBJECTION_VERIFICATION, confirmed=False, note=AFTER_44),
    removal_acceptance=_days(
        "removal_acceptance", "决定是否受理移出申请", "Accepting the application", 2, f"{REPAIR_MEASURE}第十条"
    ),
    removal_decision=_days(
        "removal_decision", "决定是否提前移出", "Deciding on early removal", 15, f"{REPAIR_MEASURE}第十二条"
    ),
    lasts=Period(
        "expiry", "列入满三年移出", "Removal after three years", 36, "months", ORDER_44, confirmed=False, note=CONFIRM
    ),
    early_removal=Period(
        "early_removal",
        "列入满一年可申请提前移出",
        "Early removal may be asked after one year",
        12,
        "months",
        f"{REPAIR_MEASURE}第七条",
        confirmed=False,
        note=CONFIRM,
    ),
    hearing=(HEARING_NOTICE, HEARING_LEAD, HEARING_LATEST),
    consent=True,
)

DRAFT_2025 = replace(
    SAMR_44,
    version="samr-draft-2025",
    since=date.max,
    measure="《市场监督管理严重违法失信名单管理办法（修订征求意见稿）》（2025-10）",
    consent=False,
    note="draft of October 2025, not in force: drops the superior's consent and simplifies the grounds",
)

ABNORMAL: tuple[Terms, ...] = (SAMR_68,)
SERIOUS: tuple[Terms, ...] = (SAIC_83, SAMR_44)
DRAFTS: tuple[Terms, ...] = (DRAFT_2025,)
_SETS = {ListKind.ABNORMAL: ABNORMAL, ListKind.SERIOUS: SERIOUS}


def terms_on(kind: ListKind, day: date) -> Terms:
    """The measure in force on `day`; raises ValueError before the first one of this list."""
    return in_force(_SETS[kind], day)


def terms_of(version: str) -> Terms:
    """The measure an entry was made under, by the version stored with it."""
    return next(terms for terms in (*ABNORMAL, *SERIOUS) if terms.version == version)
