"""The catalogue of joint measures (联合惩戒措施): data with its source, one dated row for each state of the law. Pure.

Only what a law, an administrative regulation or a national list names may be imposed (国办发〔2020〕49号, and the
national list of basic measures, 全国失信惩戒措施基础清单): a measure without a row here can't be directed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.errors import FieldError
from svc_credit_registry.supervision.measure_catalogue.errors import MeasureNotInForce, MeasureUnknown


class Effect(StrEnum):
    """What a department does when it meets the measure, the weakest first."""

    ATTENTION = "attention"
    RESTRICT = "restrict"
    REFUSE = "refuse"


EFFECT_LABELS: dict[Effect, tuple[str, str]] = {
    Effect.ATTENTION: ("提示关注", "To be shown to whoever decides"),
    Effect.RESTRICT: ("从严审查，作为重要考量因素", "Weighed in the decision, which says how"),
    Effect.REFUSE: ("依法禁止或者限制准入", "The matter is refused by law"),
}
NO_EFFECT = "none"


def strongest(effects: Iterable[str]) -> str:
    """The strongest of several effects; "none" without any."""
    order = list(Effect)
    return max(effects, key=lambda e: order.index(Effect(e)), default=NO_EFFECT)


class Subject(StrEnum):
    """Whom a measure concerns."""

    ENTITY = "entity"
    PERSON = "person"


class Role(StrEnum):
    """By which role a natural person is connected to the entity."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    PERSON_IN_CHARGE = "person_in_charge"
    DIRECTLY_RESPONSIBLE = "directly_responsible"


ROLE_LABELS: dict[Role, tuple[str, str]] = {
    Role.LEGAL_REPRESENTATIVE: ("法定代表人", "legal representative"),
    Role.PERSON_IN_CHARGE: ("负责人", "person in charge"),
    Role.DIRECTLY_RESPONSIBLE: ("直接责任人员", "directly responsible person"),
}

DEPARTMENTS: dict[str, tuple[str, str]] = {
    "market_regulation": ("市场监督管理部门", "Market regulation"),
    "development_reform": ("发展改革部门", "Development and reform"),
    "finance": ("财政部门", "Finance"),
    "natural_resources": ("自然资源部门", "Natural resources"),
    "housing": ("住房城乡建设部门", "Housing and construction"),
    "transport": ("交通运输部门", "Transport"),
    "tax": ("税务部门", "Taxation"),
    "customs": ("海关", "Customs"),
    "people_bank": ("中国人民银行", "People's Bank of China"),
    "securities": ("证券监督管理机构", "Securities regulation"),
}

ALL_MATTERS = "*"


@dataclass(frozen=True)
class Measure:
    """A row of the catalogue: who carries it out, on which matters it bears, and since when the law has it."""

    code: str
    name: tuple[str, str]
    effect: Effect
    subjects: frozenset[Subject]
    departments: tuple[str, ...]
    matters: tuple[str, ...]
    basis: str
    since: date
    until: date | None = None
    longest_years: int = 3
    confirmed: bool = True
    note: str = ""


ENTITY_ONLY, PERSON_ONLY = frozenset({Subject.ENTITY}), frozenset({Subject.PERSON})
BOTH = ENTITY_ONLY | PERSON_ONLY

ORDER_44 = "《市场监督管理严重违法失信名单管理办法》（市场监管总局令第44号，2021-09-01起施行）"
REGULATIONS_2014 = "《企业信息公示暂行条例》（国务院令第654号，2014-10-01起施行）"
REGULATIONS_2024 = "《企业信息公示暂行条例》（2024年修订，2024-05-01起施行）"
MEMORANDUM_2015 = "《失信企业协同监管和联合惩戒合作备忘录》（发改财金〔2015〕2045号）"
ARTICLE_UNSURE = "the number of the article after the revision awaits a second source"

CATALOGUE: tuple[Measure, ...] = (
    Measure(
        "priority_supervision", ("列为重点监管对象，提高检查频次", "Supervised with priority, inspected more often"),
        Effect.ATTENTION, ENTITY_ONLY, ("market_regulation",), (ALL_MATTERS,),
        f"{ORDER_44}第十五条第二项", date(2021, 9, 1),
    ),
    Measure(
        "strict_licensing", ("审查行政许可、资质、资格时作为重要考量因素", "Weighed when licences are examined"),
        Effect.RESTRICT, ENTITY_ONLY, ("market_regulation", "housing", "transport"),
        ("MR-FOOD-LICENCE", "MR-DRUG-LICENCE", "MR-EQUIPMENT-LICENCE", "MR-ENT-CHANGE", "HC-QUALIFICATION",
         "TR-LICENCE"),
        f"{ORDER_44}第十五条第一项", date(2021, 9, 1),
    ),
    Measure(
        "no_commitment_procedure", ("不适用告知承诺制", "No licence on a mere commitment"),
        Effect.REFUSE, ENTITY_ONLY, ("market_regulation",), ("MR-COMMITMENT",),
        f"{ORDER_44}第十五条第三项", date(2021, 9, 1),
    ),
    Measure(
        "no_honours", ("不予授予荣誉称号等表彰奖励", "No titles of honour or awards"),
        Effect.REFUSE, ENTITY_ONLY, ("market_regulation",), ("MR-HONOUR",),
        f"{ORDER_44}第十五条第四项", date(2021, 9, 1),
    ),
    Measure(
        "government_procurement", ("限制或者禁止参加政府采购", "Kept from government procurement"),
        Effect.REFUSE, ENTITY_ONLY, ("finance",), ("FIN-PROCUREMENT",),
        f"《政府采购法》第二十二条第一款第五项；{REGULATIONS_2014}第十八条", date(2014, 10, 1), date(2024, 4, 30),
    ),
    Measure(
        "government_procurement", ("限制或者禁止参加政府采购", "Kept from government procurement"),
        Effect.REFUSE, ENTITY_ONLY, ("finance",), ("FIN-PROCUREMENT",),
        f"《政府采购法》第二十二条第一款第五项；{REGULATIONS_2024}第十八条", date(2024, 5, 1),
        confirmed=False, note=ARTICLE_UNSURE,
    ),
    Measure(
        "bidding", ("限制参与工程招标投标", "Restricted in bidding for works"),
        Effect.RESTRICT, ENTITY_ONLY, ("development_reform", "housing"), ("DRC-BIDDING",),
        f"{REGULATIONS_2014}第十八条；{MEMORANDUM_2015}", date(2014, 10, 1), date(2024, 4, 30),
    ),
    Measure(
        "bidding", ("限制参与工程招标投标", "Restricted in bidding for works"),
        Effect.RESTRICT, ENTITY_ONLY, ("development_reform", "housing"), ("DRC-BIDDING",),
        f"{REGULATIONS_2024}第十八条；{MEMORANDUM_2015}", date(2024, 5, 1), confirmed=False, note=ARTICLE_UNSURE,
    ),
    Measure(
        "land_grant", ("限制取得政府供应土地", "Restricted in land granted by the state"),
        Effect.RESTRICT, ENTITY_ONLY, ("natural_resources",), ("NR-LAND-GRANT",),
        f"{REGULATIONS_2014}第十八条；{MEMORANDUM_2015}", date(2014, 10, 1), date(2024, 4, 30),
    ),
    Measure(
        "land_grant", ("限制取得政府供应土地", "Restricted in land granted by the state"),
        Effect.RESTRICT, ENTITY_ONLY, ("natural_resources",), ("NR-LAND-GRANT",),
        f"{REGULATIONS_2024}第十八条；{MEMORANDUM_2015}", date(2024, 5, 1), confirmed=False, note=ARTICLE_UNSURE,
    ),
    Measure(
        "customs_certification", ("不予适用海关认证企业管理", "Not treated as a certified enterprise of customs"),
        Effect.REFUSE, ENTITY_ONLY, ("customs",), ("CUS-CERTIFICATION",),
        MEMORANDUM_2015, date(2015, 9, 14), confirmed=False, note="by memorandum only",
    ),
    Measure(
        "financing_reference", ("融资授信的重要参考", "Shown to lenders and in the issue of securities"),
        Effect.ATTENTION, BOTH, ("people_bank", "securities"), ("PBC-CREDIT", "CSRC-ISSUE"),
        MEMORANDUM_2015, date(2015, 9, 14), confirmed=False, note="by memorandum only",
    ),
    Measure(
        "representative_ban",
        ("三年内不得担任其他企业的法定代表人、负责人", "May not represent or head another enterprise for 3 years"),
        Effect.REFUSE, PERSON_ONLY, ("market_regulation",), ("MR-ENT-ESTABLISH", "MR-ENT-CHANGE"),
        f"{REGULATIONS_2014}第十七条", date(2014, 10, 1), date(2024, 4, 30),
    ),
    Measure(
        "representative_ban",
        ("三年内不得担任其他企业的法定代表人、负责人", "May not represent or head another enterprise for 3 years"),
        Effect.REFUSE, PERSON_ONLY, ("market_regulation",), ("MR-ENT-ESTABLISH", "MR-ENT-CHANGE"),
        f"{REGULATIONS_2024}第十七条", date(2024, 5, 1), confirmed=False, note=ARTICLE_UNSURE,
    ),
    Measure(
        "food_business_ban",
        ("五年内不得申请食品生产经营许可或者从事食品生产经营管理工作", "No licence or office in the food business"),
        Effect.REFUSE, BOTH, ("market_regulation",), ("MR-FOOD-LICENCE",),
        "《食品安全法》第一百三十五条第一款", date(2015, 10, 1), longest_years=5,
    ),
)  # fmt: skip


MATTERS = frozenset(matter for measure in CATALOGUE for matter in measure.matters) - {ALL_MATTERS}
"""The matters on which some measure bears by name."""


def catalogue_on(day: date) -> list[Measure]:
    """The measures that may be directed on `day`."""
    return [m for m in CATALOGUE if m.since <= day and (m.until is None or day <= m.until)]


def measure_on(code: str, day: date) -> Measure:
    """The row of a measure in force on `day`; 404 for a code outside the catalogue, 422 when the law has none then."""
    rows = [m for m in CATALOGUE if m.code == code]
    if not rows:
        raise MeasureUnknown(code)
    found = [m for m in rows if m.since <= day and (m.until is None or day <= m.until)]
    if not found:
        raise MeasureNotInForce(errors=[FieldError("/measure", "not_in_force", f"{code}: {day}")])
    return found[0]


def measure_name(code: str, *, english: bool) -> str:
    """What a measure is called; also one which the law has no more."""
    return next(m.name[english] for m in reversed(CATALOGUE) if m.code == code)
