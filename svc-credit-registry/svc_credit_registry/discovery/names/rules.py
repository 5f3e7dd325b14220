"""When an enterprise name is the same as another one, or similar to it.

企业名称登记管理规定 (Order 734 of the State Council), article 17, says what is refused; articles 3 and 4 of
工商企注字〔2017〕133号 say what is the same and what is similar. What the rules can't decide goes to an examiner.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from svc_credit_registry.record.decomposition.rules import Decomposition
from svc_credit_registry.record.wording.rules import all_sounds, common_readings

ORDER_734 = "《企业名称登记管理规定》(国务院令第734号)"
RULES_133 = "《企业名称相同相近比对规则》(工商企注字〔2017〕133号)"
SHORTEST_SOUNDING_PART = 3
"""Parts of two characters sound like those of too many other names (measured: docs/registry-search.md)."""
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
DIRECTLY_BELOW_PROVINCE = "90"


class Standing(StrEnum):
    """Why a name counts: it is borne or held, or it was until not long ago."""

    REGISTERED = "registered"
    RESERVED = "reserved"
    CANCELLED = "cancelled"
    FORMER = "former"
    REVOKED = "revoked"


class NameOutcome(StrEnum):
    """What follows: `refused` ends it, an `examiner` decides, a `warning` leaves it to the applicant."""

    REFUSED = "refused"
    EXAMINER = "examiner"
    WARNING = "warning"


class Kind(StrEnum):
    """Same or similar, as 133号 tells them apart."""

    SAME = "same"
    SIMILAR = "similar"


class Industry(StrEnum):
    """How the industries of two names stand to each other."""

    SAME_WORD = "same_word"
    EQUIVALENT = "equivalent"
    SAME_CATEGORY = "same_category"
    NOT_NAMED = "not_named"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Terms:
    """How long a name that ended is still in the way, in years, from `since` on."""

    since: date
    years: dict[Standing, int]
    basis: str


TERMS: tuple[Terms, ...] = (
    # 企业名称登记管理实施办法 (2004), article 31. Confirm: read in secondary sources only.
    Terms(
        date(2004, 7, 1),
        {Standing.CANCELLED: 1, Standing.FORMER: 1, Standing.REVOKED: 3},
        "《企业名称登记管理实施办法》第三十一条",
    ),
    Terms(date(2021, 3, 1), {Standing.CANCELLED: 1, Standing.FORMER: 1, Standing.REVOKED: 1}, f"{ORDER_734}第十七条"),
)

_ITEM = {Standing.CANCELLED: "第二项", Standing.FORMER: "第二项", Standing.REVOKED: "第三项"}
_EXEMPTION = "有投资关系的除外"
_EXEMPTION_OF = {
    Standing.CANCELLED: "有投资关系或者受让企业名称的除外",
    Standing.FORMER: "有投资关系或者受让企业名称的除外",
}
_LABEL = {
    Standing.REGISTERED: ("已登记", "registered"),
    Standing.RESERVED: ("在保留期内", "reserved"),
    Standing.CANCELLED: ("注销未满一年", "cancelled not long ago"),
    Standing.FORMER: ("变更未满一年的原", "former"),
    Standing.REVOKED: ("吊销或者撤销未满一年", "revoked not long ago"),
}


@dataclass(frozen=True)
class Name:
    """One of two names that are compared: its parts, the industry's code and the registrar's scope."""

    name: str
    parts: Decomposition
    industry_code: str = ""
    scope: str = ""


@dataclass(frozen=True)
class OtherName(Name):
    """A name on record. `until` is the last day of a reservation, `ended_on` the day a name ended."""

    standing: Standing = Standing.REGISTERED
    code: str | None = None
    ended_on: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Verdict:
    """What one rule says of a name against another one."""

    rule: str
    kind: Kind
    article: str
    outcome: NameOutcome
    conflicting_name: str
    conflicting_code: str | None
    exemption: str | None
    message: str
    message_en: str
    exemption_claimed: bool = False


def exempted(verdict: Verdict, related_codes: Collection[str]) -> Verdict:
    """The verdict when an investment relation with these enterprises is claimed: not refused, an examiner sees proof.

    Order 734, article 17: 有投资关系的除外. Nobody is excepted from an identical name.
    """
    if verdict.exemption is None or verdict.conflicting_code not in related_codes:
        return verdict
    return replace(verdict, outcome=NameOutcome.EXAMINER, exemption_claimed=True)


def terms_on(day: date) -> Terms:
    """The terms in force on `day`; the oldest known for days before."""
    return max((t for t in TERMS if t.since <= day), key=lambda t: t.since, default=TERMS[0])


def registrar_scope(region: str) -> str:
    """Which names share a registrar: those of one prefecture-level city or municipality, of a county-level division
    directly below its province (省直辖县级行政单位), of a province, of the nation.

    The scope of a province is a prefix of those of its cities; the nation's is empty.
    """
    if region == "100000":
        return ""
    if region[:2] in MUNICIPALITIES or region.endswith("0000"):
        return region[:2]
    return region if region[2:4] == DIRECTLY_BELOW_PROVINCE else region[:4]


def scopes_above(scope: str) -> tuple[str, ...]:
    """The scope and those of the registrars above it."""
    return tuple(dict.fromkeys((scope, scope[:2], "")))


def is_in_scope(applicant: str, other: str) -> bool:
    """Whether two registrars' names are compared: the same, or one above the other."""
    return other in scopes_above(applicant) or applicant in scopes_above(other)


def counts(other: OtherName, today: date) -> bool:
    """Whether `other` is in the way on `today`: a name cancelled, changed or revoked counts for its term only.

    The anniversary is the first free day (未满1年 is over); the last day of a reservation belongs to it.
    """
    if other.standing is Standing.REGISTERED:
        return True
    if other.standing is Standing.RESERVED:
        return other.until is None or today <= other.until
    years = terms_on(today).years[other.standing]
    return other.ended_on is not None and today < _years_later(other.ended_on, years)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


def industries(a: Name, b: Name) -> Industry:
    """Whether two names are of one industry: by their words, then by their codes (three digits of GB/T 4754)."""
    one, other = a.parts.industry, b.parts.industry
    if not one or not other:
        return Industry.NOT_NAMED
    if one == other:
        same = a.parts.industry_word == b.parts.industry_word
        return Industry.SAME_WORD if same or _core(a.parts) == _core(b.parts) else Industry.EQUIVALENT
    if len(a.industry_code) >= 4 and a.industry_code[:4] == b.industry_code[:4]:
        return Industry.SAME_CATEGORY
    return Industry.DIFFERENT


def _core(parts: Decomposition) -> str:
    """The industry word without what only stands behind it: 酒业 of 酒业发展."""
    word = parts.industry_word
    for generic in ("实业", "发展"):
        word = word.removesuffix(generic) or word
    return word


def compare(applicant: Name, other: OtherName, today: date) -> Verdict | None:
    """The strongest verdict on `applicant` against one name, None when neither same nor similar."""
    if not counts(other, today) or not is_in_scope(applicant.scope, other.scope):
        return None
    if applicant.parts.folded == other.parts.folded:
        return _same(other, "identical_name", "第三条第一项", "名称完全相同", "The names are identical")
    if applicant.parts.trade_name == other.parts.trade_name:
        return _same_trade_name(applicant, other)
    if other.standing not in (Standing.REGISTERED, Standing.RESERVED):
        return None
    return _similar(applicant, other)


def compare_all(applicant: Name, others: Iterable[OtherName], today: date) -> list[Verdict]:
    """All verdicts, refusals before examiners before warnings, in a stable order."""
    verdicts = [v for other in others if (v := compare(applicant, other, today)) is not None]
    rank = list(NameOutcome)
    return sorted(verdicts, key=lambda v: (rank.index(v.outcome), v.rule, v.conflicting_name, v.conflicting_code or ""))


def _same_trade_name(applicant: Name, other: OtherName) -> Verdict | None:
    """Articles 3 (2), 3 (3), 4 (1) of 133号 and article 17 of Order 734."""
    industry = industries(applicant, other)
    trade_name = applicant.parts.trade_name
    if applicant.parts.parts == other.parts.parts:
        message, english = "名称用词相同、顺序不同", "The same words in another order"
        return _same(other, "same_words_other_order", "第三条第二项", message, english)
    if industry is Industry.SAME_WORD:
        message = f"字号“{trade_name}”、行业相同，仅行政区划或者组织形式不同"
        english = f"The same trade name {trade_name} and industry, only region or form differ"
        return _same(other, "same_trade_name_same_industry", "第三条第三项", message, english)
    if industry is Industry.EQUIVALENT:
        words = f"“{applicant.parts.industry_word}”与“{other.parts.industry_word}”"
        message = f"字号“{trade_name}”相同，行业用语{words}含义相同"
        english = f"The same trade name {trade_name}; the industry words mean the same"
        return _refused(other, "equivalent_industry_word", f"{RULES_133}第四条第一项", (message, english))
    if industry is Industry.SAME_CATEGORY:
        message, english = f"同行业中字号“{trade_name}”相同", f"The same trade name {trade_name} in the same industry"
        return _refused(other, "same_trade_name_same_category", "", (message, english))
    if industry is Industry.NOT_NAMED:
        message = f"字号“{trade_name}”相同，且名称不使用行业用语"
        english = f"The same trade name {trade_name}, and a name that states no industry"
        return _refused(other, "same_trade_name_no_industry", "", (message, english))
    return None


def _similar(applicant: Name, other: OtherName) -> Verdict | None:
    """Articles 4 (2), 4 (3) and, for names without an industry word, 4 (5) of 133号."""
    if not _one_industry(applicant, other):
        return None
    item = "第四条第五项" if industries(applicant, other) is Industry.NOT_NAMED else ""
    a, b = applicant.parts.trade_name, other.parts.trade_name
    shorter, longer = sorted((a, b), key=len)
    if len(a) == len(b) and same_sound(a, b, usual_only=False):
        certain = same_sound(a, b, usual_only=True)
        message = f"字号“{a}”与“{b}”{'读音相同' if certain else '在声调或者异读上读音相近'}"
        how = "the same" if certain else "alike but for the tone or a rare reading"
        english = f"The trade names {a} and {b} sound {how}"
        outcome = NameOutcome.EXAMINER if certain else NameOutcome.WARNING
        return _hint(other, "same_sound", item or "第四条第二项", outcome, (message, english))
    if len(shorter) >= 2 and shorter in longer:
        outcome = NameOutcome.EXAMINER if len(shorter) * 2 >= len(longer) else NameOutcome.WARNING
        message, english = f"字号“{longer}”包含“{shorter}”", f"The trade name {longer} contains {shorter}"
        return _hint(other, "contained_trade_name", item or "第四条第三项", outcome, (message, english))
    return _partly_sounding(other, shorter, longer, item)


def _partly_sounding(other: OtherName, shorter: str, longer: str, item: str) -> Verdict | None:
    """Article 4 (4) of 133号: a part of the longer trade name sounds like the shorter one (马云阿理巴巴, 阿里巴巴)."""
    size = len(shorter)
    if size < SHORTEST_SOUNDING_PART or size == len(longer):
        return None
    parts = [longer[start : start + size] for start in range(len(longer) - size + 1)]
    heard = next((part for part in parts if same_sound(part, shorter, usual_only=True)), None)
    if heard is None:
        return None
    outcome = NameOutcome.EXAMINER if size * 2 >= len(longer) else NameOutcome.WARNING
    message = f"字号“{longer}”中的“{heard}”与“{shorter}”读音相同"
    english = f"{heard} in the trade name {longer} sounds the same as {shorter}"
    return _hint(other, "part_sounds_the_same", item or "第四条第四项", outcome, (message, english))


def _one_industry(a: Name, b: Name) -> bool:
    industry = industries(a, b)
    if industry is Industry.NOT_NAMED:
        return len(a.industry_code) >= 3 and a.industry_code[:3] == b.industry_code[:3]
    return industry is not Industry.DIFFERENT


def same_sound(a: str, b: str, *, usual_only: bool) -> bool:
    """Whether two trade names of one length can be read alike, character by character.

    Usual readings count with their tones; otherwise any reading counts and tones don't (曾 is ceng and zeng).
    """
    readings = common_readings if usual_only else all_sounds
    return len(a) == len(b) and all(set(readings(x)) & set(readings(y)) for x, y in zip(a, b, strict=True))


def _basis(other: OtherName) -> str:
    item = _ITEM.get(other.standing, "第一项")
    return f"{ORDER_734}第十七条{item}"


def _labelled(other: OtherName, messages: tuple[str, str]) -> tuple[str, str]:
    label, english = _LABEL[other.standing]
    return f"与{label}的名称“{other.name}”：{messages[0]}", f"{messages[1]} (against the {english} name {other.name})"


def _same(other: OtherName, rule: str, item: str, message: str, english: str) -> Verdict:
    message, english = _labelled(other, (message, english))
    article = f"{RULES_133}{item}；{_basis(other)}"
    exemption: str | None = _EXEMPTION_OF.get(other.standing, _EXEMPTION)
    if rule == "identical_name" and other.standing in (Standing.REGISTERED, Standing.RESERVED):
        exemption = None  # an investor may share the trade name, never the whole name
    return Verdict(rule, Kind.SAME, article, NameOutcome.REFUSED, other.name, other.code, exemption, message, english)


def _refused(other: OtherName, rule: str, article: str, messages: tuple[str, str]) -> Verdict:
    message, english = _labelled(other, messages)
    cited = "；".join(part for part in (article, _basis(other)) if part)
    exemption = _EXEMPTION_OF.get(other.standing, _EXEMPTION)
    return Verdict(rule, Kind.SIMILAR, cited, NameOutcome.REFUSED, other.name, other.code, exemption, message, english)


def _hint(other: OtherName, rule: str, item: str, outcome: NameOutcome, messages: tuple[str, str]) -> Verdict:
    message, english = _labelled(other, messages)
    article = f"{RULES_133}{item}"
    return Verdict(rule, Kind.SIMILAR, article, outcome, other.name, other.code, _EXEMPTION, message, english)
