"""The kinds of items on the public record, what makes each public and how soon, and what is shown on which day. Pure.

《企业信息公示暂行条例》 (Order 654 of the State Council, 2014-10-01; revised by Order 777, 2024) is named where the
item's kind stands in it; other kinds name their own source. `confirmed` is false where a second source is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from shared.calendar import Deadline
from shared.codes import regions
from shared.terms import Term, in_force
from svc_credit_registry.record.wording.rules import fold, pairs

REGULATIONS = "《企业信息公示暂行条例》"
REGULATIONS_SINCE = date(2014, 10, 1)


class RecordKind(StrEnum):
    """What an item of the public record is. Complaints are kept apart, in `publicity`."""

    STATUS_CHANGE = "status_change"
    NAME_CHANGE = "name_change"
    REGISTRATION_CHANGE = "registration_change"
    BRANCH = "branch"
    SHAREHOLDER = "shareholder"
    CONTRIBUTION = "contribution"
    KEY_PERSON = "key_person"
    LICENCE = "licence"
    INSPECTION = "inspection"
    PENALTY = "penalty"
    EQUITY_PLEDGE = "equity_pledge"
    EQUITY_FREEZE = "equity_freeze"
    CHATTEL_MORTGAGE = "chattel_mortgage"
    IP_PLEDGE = "ip_pledge"
    TRADEMARK = "trademark"
    ANNUAL_REPORT = "annual_report"
    IMMEDIATE_INFORMATION = "immediate_information"
    ABNORMAL_OPERATION = "abnormal_operation"
    SERIOUS_VIOLATION = "serious_violation"
    COMMITMENT = "commitment"
    CREDIT_REPAIR = "credit_repair"
    JOINT_MEASURE = "joint_measure"
    SUPPORT_BENEFIT = "support_benefit"
    LEAD_OUTCOME = "lead_outcome"


@dataclass(frozen=True)
class Publication:
    """Why a kind is public, from `since` on, and within which term; `term` is None where it is public once entered."""

    since: date
    basis: str
    term: Term | None = None
    confirmed: bool = True
    note: str = ""


@dataclass(frozen=True)
class KindRule:
    """A kind in words, who answers for it, and the dated rows of its publication."""

    zh: str
    en: str
    answers: str
    answers_en: str
    publication: tuple[Publication, ...]


def _rows(article: str, days: int | None, *, confirmed: bool = True, note: str = "") -> tuple[Publication, ...]:
    basis = f"{REGULATIONS}{article}"
    term = Term("publication", days, f"{basis}：自产生之日起{days}个工作日内公示", confirmed, note) if days else None
    return (Publication(REGULATIONS_SINCE, basis, term, confirmed, note),)


def _own(since: date, basis: str, *, confirmed: bool = True, note: str = "") -> tuple[Publication, ...]:
    return (Publication(since, basis, None, confirmed, note),)


_REGISTRAR = ("登记机关", "The registration authority")
_ENTERPRISE = ("企业", "The enterprise itself")
_PRODUCER = ("产生该信息的机关", "The authority that produced it")

_ARTICLE_6 = "第六条"
_PENALTY_NOTE = (
    "总局令第45号为20个工作日，双公示口径为7个工作日，后者尚待第二来源证实 / Order 45 has 20 working days; the 7 of the"
    " guidance on publishing penalties within the credit system still await a second source"
)
_SEVEN = Term("publication", 7, "行政许可和行政处罚信用信息公示：自作出决定之日起7个工作日内", False, _PENALTY_NOTE)
_TWENTY_45 = Term("publication", 20, "《市场监督管理行政处罚信息公示规定》(总局令第45号)", False, _PENALTY_NOTE)

KINDS: Mapping[RecordKind, KindRule] = {
    RecordKind.STATUS_CHANGE: KindRule("登记状态变更", "Change of status", *_REGISTRAR, _rows(_ARTICLE_6, 20)),
    RecordKind.NAME_CHANGE: KindRule("名称变更", "Change of name", *_REGISTRAR, _rows(_ARTICLE_6, 20)),
    RecordKind.REGISTRATION_CHANGE: KindRule(
        "登记事项变更", "Change of registration", *_REGISTRAR, _rows(_ARTICLE_6, 20)
    ),
    RecordKind.BRANCH: KindRule("分支机构", "Branch", *_REGISTRAR, _rows(_ARTICLE_6, 20)),
    RecordKind.SHAREHOLDER: KindRule("股东及出资人", "Shareholder", *_REGISTRAR, _rows(_ARTICLE_6, 20)),
    RecordKind.CONTRIBUTION: KindRule(
        "股东出资", "Contribution of a shareholder", *_ENTERPRISE, _rows("第十条第一项", 20)
    ),
    RecordKind.KEY_PERSON: KindRule("主要人员", "Key person", *_REGISTRAR, _rows(_ARTICLE_6, 20)),
    RecordKind.LICENCE: KindRule("行政许可", "Administrative licence", *_PRODUCER, _rows("第七条、第十条第三项", 20)),
    RecordKind.INSPECTION: KindRule(
        "抽查检查结果", "Result of an inspection", *_PRODUCER,
        _rows("第十四条", 20, confirmed=False, note="《企业公示信息抽查暂行办法》第十四条，confirm"),
    ),
    RecordKind.PENALTY: KindRule(
        "行政处罚", "Administrative penalty", *_PRODUCER,
        (
            Publication(REGULATIONS_SINCE, f"{REGULATIONS}第六条、第七条", _rows(_ARTICLE_6, 20)[0].term),
            Publication(date(2021, 9, 1), f"{REGULATIONS}第六条、第七条；总局令第45号", _TWENTY_45),
            Publication(date(2024, 5, 1), f"{REGULATIONS}第六条、第七条", _SEVEN, confirmed=False, note=_PENALTY_NOTE),
        ),
    ),
    RecordKind.EQUITY_PLEDGE: KindRule("股权出质登记", "Pledge of equity", *_REGISTRAR, _rows("第六条第三项", 20)),
    RecordKind.EQUITY_FREEZE: KindRule(
        "司法协助（股权冻结）", "Freeze of equity by a court", *_PRODUCER,
        _own(date(2014, 10, 10), "《关于加强信息合作规范执行与协助执行的通知》(法〔2014〕251号)"),
    ),
    RecordKind.CHATTEL_MORTGAGE: KindRule(
        "动产抵押登记", "Chattel mortgage", *_PRODUCER,
        (
            *_rows("第六条第二项", 20),
            Publication(
                date(2021, 1, 1), "《国务院关于实施动产和权利担保统一登记的决定》(国发〔2020〕18号)",
                note="自2021年起由征信机构统一登记，此处公示其推送的登记结果",
            ),
        ),
    ),
    RecordKind.IP_PLEDGE: KindRule("知识产权出质", "Pledge of IP rights", *_ENTERPRISE, _rows("第十条第四项", 20)),
    RecordKind.TRADEMARK: KindRule(
        "注册商标", "Registered trademark", *_PRODUCER,
        _own(date(2014, 5, 1), "《中华人民共和国商标法》第三十三条", note="核准注册的，发给注册证并予公告"),
    ),
    RecordKind.ANNUAL_REPORT: KindRule("企业年度报告", "Annual report", *_ENTERPRISE, _rows("第八条、第九条", None)),
    RecordKind.IMMEDIATE_INFORMATION: KindRule(
        "企业即时信息", "Immediate information", *_ENTERPRISE, _rows("第十条", 20)
    ),
    RecordKind.ABNORMAL_OPERATION: KindRule(
        "列入经营异常名录", "Entry on the abnormal-operation list", *_PRODUCER, _rows("第十七条", None)
    ),
    RecordKind.SERIOUS_VIOLATION: KindRule(
        "列入严重违法失信名单", "Entry on the serious-violation list", *_PRODUCER,
        (
            *_rows("第十七条第二款", None),
            Publication(date(2021, 9, 1), "《市场监督管理严重违法失信名单管理办法》(总局令第44号)"),
        ),
    ),
    RecordKind.COMMITMENT: KindRule(
        "信用承诺", "Credit commitment", *_ENTERPRISE,
        _own(date(2019, 7, 9), "《关于加快推进社会信用体系建设……的指导意见》(国办发〔2019〕35号)"),
    ),
    RecordKind.CREDIT_REPAIR: KindRule(
        "信用修复", "Credit repair", *_PRODUCER,
        _own(date(2021, 9, 1), "《市场监督管理信用修复管理办法》(国市监信规〔2021〕3号)"),
    ),
    RecordKind.JOINT_MEASURE: KindRule(
        "联合惩戒措施", "Joint measure", *_PRODUCER, _own(REGULATIONS_SINCE, f"{REGULATIONS}第十八条")
    ),
    RecordKind.SUPPORT_BENEFIT: KindRule(
        "享受扶持政策", "Support received", *_PRODUCER,
        _own(date(2014, 10, 31), "《国务院关于扶持小型微型企业健康发展的意见》(国发〔2014〕52号)"),
    ),
    RecordKind.LEAD_OUTCOME: KindRule(
        "线索核查结果", "Outcome of a lead", *_PRODUCER,
        _rows("第六条第五项", 20, confirmed=False, note="其他依法应当公示的信息"),
    ),
}  # fmt: skip


TITLES: Mapping[RecordKind, str] = {RecordKind.TRADEMARK: "mark"}
"""The field of the content that holds what an item is called, of the kinds that the public looks for by it."""


def found_by(kind: RecordKind, content: Mapping[str, object]) -> dict[str, Any]:
    """The columns by which an item is found: what it is called, folded, and the pairs of its characters."""
    if kind not in TITLES:
        return {"title": None, "title_pairs": None}
    title = fold(str(content[TITLES[kind]]))
    return {"title": title, "title_pairs": pairs(title, begins=True, ends=True)}


def label_of(kind: str, *, english: bool) -> str:
    """A kind in the reader's language."""
    rule = KINDS[RecordKind(kind)]
    return rule.en if english else rule.zh


def publication_of(kind: RecordKind, produced_on: date) -> Publication:
    """Why an item produced on that day is public; for days before the first row, the first one."""
    rows = KINDS[kind].publication
    return in_force(rows, max(produced_on, rows[0].since))


def publication_due(kind: RecordKind, produced_on: date) -> Deadline | None:
    """By when an item must be public; None where no term runs, or none ran yet on that day."""
    rows = KINDS[kind].publication
    if produced_on < rows[0].since:
        return None
    term = in_force(rows, produced_on).term
    return term.deadline(produced_on) if term else None


def receipt_of(number: int, day: date) -> str:
    """The number given at entry: the day, a number that is given once, and two check digits (ISO 7064, MOD 97-10)."""
    body = f"{day:%Y%m%d}{number:010d}"
    return f"GS{body}{98 - int(body + '00') % 97:02d}"


def is_receipt(text: str) -> bool:
    """Whether `text` can be a receipt: a slip of the pen is seen."""
    digits = text.removeprefix("GS")
    return len(text) == 22 and text.startswith("GS") and digits.isascii() and digits.isdigit() and int(digits) % 97 == 1


def unit_name(unit: str) -> str | None:
    """The name of a unit of market regulation by its code (AMR and a region); None for other producers."""
    region = unit.removeprefix("AMR-")
    if region == unit or not regions.is_known(region):
        return None
    return "国家市场监督管理总局" if region == "100000" else f"{regions.full_name(region)}市场监督管理局"
