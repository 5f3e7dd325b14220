"""Every enumeration of the interface with its labels, gathered from the modules which own them.

A module that shows a label keeps the table of them; here stand only the labels of values which nothing else shows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from svc_credit_registry.discovery.names import rules as names
from svc_credit_registry.discovery.people.rules import Role
from svc_credit_registry.discovery.search.rules import OnList
from svc_credit_registry.discovery.trademarks import rules as trademarks
from svc_credit_registry.listing.grounds import rules as grounds
from svc_credit_registry.listing.hearings import rules as hearings
from svc_credit_registry.listing.list_objections import rules as list_objections
from svc_credit_registry.listing.lists import rules as lists
from svc_credit_registry.listing.removals import rules as removals
from svc_credit_registry.listing.repairs import rules as repairs
from svc_credit_registry.publication.certificates.rules import FINDING_LABELS
from svc_credit_registry.publication.value_labels.rules import LABELS
from svc_credit_registry.record.decomposition.rules import FORMS
from svc_credit_registry.record.enterprises import rules as enterprises
from svc_credit_registry.record.records.rules import KINDS, RecordKind
from svc_credit_registry.reporting.filings import rules as filings
from svc_credit_registry.reporting.immediate_information.rules import TYPES
from svc_credit_registry.reporting.objections import rules as objections
from svc_credit_registry.reporting.publication_orders import rules as publication_orders
from svc_credit_registry.reporting.size_standards.rules import SIZE_LABELS
from svc_credit_registry.reporting.support_policies import rules as support_policies
from svc_credit_registry.sharing.corrections import rules as corrections
from svc_credit_registry.sharing.exchange import rules as exchange
from svc_credit_registry.sharing.freshness import rules as freshness
from svc_credit_registry.sharing.grants import rules as grants
from svc_credit_registry.sharing.matching.rules import DOUBTS
from svc_credit_registry.sharing.resource_requests import rules as resource_requests
from svc_credit_registry.sharing.resources import rules as resources
from svc_credit_registry.sharing.submissions.rules import OUTCOMES
from svc_credit_registry.supervision.execution import rules as execution
from svc_credit_registry.supervision.findings import rules as findings
from svc_credit_registry.supervision.inspections import rules as inspections
from svc_credit_registry.supervision.inspectors import rules as inspectors
from svc_credit_registry.supervision.leads import rules as leads
from svc_credit_registry.supervision.measure_catalogue import rules as measures_known
from svc_credit_registry.supervision.measures import rules as measures
from svc_credit_registry.supervision.operators import rules as operators
from svc_credit_registry.supervision.risk import rules as risk

Words = tuple[str, str]


@dataclass(frozen=True)
class Enumeration:
    """The values of one field, with their labels in their order; `elsewhere` is where a long one is served."""

    name: str
    title: Words
    values: Mapping[str, Words]
    elsewhere: str | None = None


SUBJECTS = {
    measures_known.Subject.ENTITY: ("企业", "The enterprise"),
    measures_known.Subject.PERSON: ("自然人", "A natural person"),
}
PEOPLE = {
    Role.LEGAL_REPRESENTATIVE: ("法定代表人", "Legal representative"),
    Role.KEY_PERSON: ("主要人员", "Key person"),
}
NAME_OUTCOMES = {
    names.NameOutcome.REFUSED: ("不得使用", "Refused"),
    names.NameOutcome.EXAMINER: ("由登记机关判断", "An examiner decides"),
    names.NameOutcome.WARNING: ("提示风险，由申请人自行决定", "A warning; the applicant decides"),
}
NAME_KINDS = {names.Kind.SAME: ("相同", "Same"), names.Kind.SIMILAR: ("相近", "Similar")}
RESOURCE_SOURCES = {
    resources.ResourceSource.ENTERPRISES: ("登记簿", "The register"),
    resources.ResourceSource.RECORDS: ("公示信息", "Items of the record"),
    resources.ResourceSource.EXTERNAL: ("提供部门自有系统", "The producer's own system"),
}
LEAD_FINDINGS = {
    leads.Finding.SUBSTANTIATED: ("属实", "Substantiated"),
    leads.Finding.UNSUBSTANTIATED: ("不属实", "Unsubstantiated"),
    leads.Finding.SUBJECT_NOT_FOUND: ("查无此主体", "Subject not found"),
}
LEAD_GROUNDS = {
    leads.LeadGround.DUPLICATE: ("重复线索", "Duplicate"),
    leads.LeadGround.NO_JURISDICTION: ("无管辖权", "No jurisdiction"),
    leads.LeadGround.UNSUBSTANTIATED: ("不属实", "Unsubstantiated"),
    leads.LeadGround.SUBJECT_NOT_FOUND: ("查无此主体", "Subject not found"),
    leads.LeadGround.CORRECTED: ("已改正", "Corrected"),
    leads.LeadGround.TOO_SLIGHT: ("情节轻微", "Too slight"),
}
LEAVING_GROUNDS = {
    findings.FindingGround.CONFLICT: ("应当回避", "Conflict of interest"),
    findings.FindingGround.ABSENCE: ("不能到场", "Absence"),
    findings.FindingGround.LEFT_OFFICE: ("已离任", "Left office"),
}
RISK_MEASURES = {
    risk.Measure.ITEMS: ("公示信息条数", "Items of the record"),
    risk.Measure.COMPLAINTS: ("公示的投诉", "Published complaints"),
    risk.Measure.REPORTS_MISSING: ("未报年报", "Reports missing"),
    risk.Measure.REPORTS_LATE: ("逾期年报", "Reports filed late"),
    risk.Measure.AGE_YEARS: ("成立年限", "Age in years"),
    risk.Measure.INDUSTRY: ("所属行业", "Industry"),
    risk.Measure.REVOKED: ("吊销", "Licence revoked"),
}
RISK_STANDINGS = {
    risk.Standing.CURRENT: ("现行有效", "In effect"),
    risk.Standing.LAPSED: ("已过有效期", "Past its term"),
    risk.Standing.ENDED: ("已结束", "Ended"),
}
COMPANY_SIZES = {size: SIZE_LABELS[size] for size in SIZE_LABELS}


def _grounds(sets: Iterable[grounds.Terms]) -> dict[str, Words]:
    return {ground.code: (ground.label_zh, ground.label_en) for terms in sets for ground in terms.grounds}


def _of(name: str, zh: str, en: str, labels: Mapping[Any, Words]) -> Enumeration:
    return Enumeration(name, (zh, en), {str(value): words for value, words in labels.items()})


_ALL: tuple[Enumeration, ...] = (
    _of("enterprise-statuses", "登记状态", "Statuses of enterprises", enterprises.STATUS_LABELS),
    _of("successions", "代码承继原因", "Why a code goes on under another", enterprises.SUCCESSION_LABELS),
    _of("record-kinds", "公示信息种类", "Kinds of items", {k: (r.zh, r.en) for k, r in KINDS.items()}),
    _of("organisation-forms", "组织形式", "Forms of organisation", {zh: (zh, en) for zh, en in FORMS.items()}),
    _of("person-roles", "人员身份", "What a person is to an enterprise", PEOPLE),
    _of("trademark-states", "商标状态", "States of trademarks", trademarks.STATE_LABELS),
    _of("lists", "名单", "Lists", grounds.LIST_LABELS),
    _of("list-kinds", "名单公示", "Lists on the record",
        {o: (KINDS[RecordKind(o)].zh, KINDS[RecordKind(o)].en) for o in OnList}),
    _of("abnormal-grounds", "列入异常名录事由", "Grounds of abnormal operation", _grounds(grounds.ABNORMAL)),
    _of("serious-grounds", "列入严重违法失信名单事由", "Grounds of serious violations", _grounds(grounds.SERIOUS)),
    _of("list-entry-states", "列入状态", "States of list entries", lists.STATE_LABELS),
    _of("list-hearing-states", "列入听证状态", "Hearings before a listing", hearings.STATE_LABELS),
    _of("list-objection-states", "列入异议状态", "Objections to a listing", list_objections.STATE_LABELS),
    _of("removal-states", "移出申请状态", "States of removals", removals.STATE_LABELS),
    _of("repair-states", "信用修复状态", "States of repairs", repairs.STATE_LABELS),
    _of("certificate-findings", "证明验证结果", "Results of verifying a certificate", FINDING_LABELS),
    _of("measures", "惩戒措施", "Joint measures", {m.code: m.name for m in measures_known.CATALOGUE}),
    _of("measure-effects", "措施效力", "Effects of measures", measures_known.EFFECT_LABELS),
    _of("measure-subjects", "措施对象", "Whom measures concern", SUBJECTS),
    _of("measure-roles", "责任人身份", "Roles of persons under measures", measures_known.ROLE_LABELS),
    _of("measure-states", "措施状态", "States of directives", measures.STATE_LABELS),
    _of("departments", "实施部门", "Departments", measures_known.DEPARTMENTS),
    _of("execution-outcomes", "执行反馈", "What was done about a measure", execution.OUTCOME_LABELS),
    _of("lead-sources", "线索来源", "Sources of leads", leads.SOURCE_LABELS),
    _of("lead-states", "线索状态", "States of leads", leads.STATE_LABELS),
    _of("lead-findings", "线索核查结果", "Findings on leads", LEAD_FINDINGS),
    _of("lead-closing-grounds", "不予立案事由", "Why a lead is closed", LEAD_GROUNDS),
    _of("online-site-kinds", "网站种类", "Kinds of online sites", operators.KIND_LABELS),
    _of("online-site-marks", "网站核验", "Marks of online sites", operators.MARK_LABELS),
    _of("company-sizes", "企业规模", "Sizes of enterprises", COMPANY_SIZES),
    _of("support-policy-kinds", "扶持政策种类", "Kinds of support", support_policies.KINDS),
    _of("risk-classes", "信用风险分类", "Risk classes", risk.CLASS_LABELS),
    _of("risk-measures", "风险指标口径", "What risk indicators measure", RISK_MEASURES),
    _of("risk-standings", "风险指标时态", "Standing of what an indicator counts", RISK_STANDINGS),
    _of("inspection-plan-states", "抽查计划状态", "States of inspection plans", inspections.STATE_LABELS),
    _of("inspection-states", "检查任务状态", "States of inspections", findings.STATE_LABELS),
    _of("inspection-results", "检查结果", "Results of inspections", findings.RESULT_LABELS),
    _of("inspector-leaving-grounds", "更换检查人员事由", "Why an inspector leaves a task", LEAVING_GROUNDS),
    _of("inspector-relations", "回避关系", "Relations of inspectors", inspectors.LABELS),
    _of("report-states", "年报状态", "States of annual reports", filings.REPORT_STATES),
    _of("report-duties", "年报义务", "How a duty to report stands", filings.DUTY_STATES),
    _of("immediate-information-types", "即时信息种类", "Kinds of immediate information",
        {value: (words[0], words[1]) for value, words in TYPES.items()}),
    _of("publication-order-states", "责令公示状态", "States of orders to publish", publication_orders.STATE_LABELS),
    _of("objection-states", "异议状态", "States of objections", objections.STATE_LABELS),
    _of("objection-outcomes", "异议处理结果", "Outcomes of objections", objections.OUTCOME_LABELS),
    _of("sharing-types", "共享类型", "Sharing types", resources.SHARING_LABELS),
    _of("update-cycles", "更新周期", "Update cycles", resources.CYCLE_LABELS),
    _of("resource-sources", "资源来源", "Where the data of a resource are", RESOURCE_SOURCES),
    _of("resource-coverages", "资源汇集范围", "Whose items a resource holds", resources.COVERAGE_LABELS),
    _of("resource-request-states", "共享申请状态", "States of requests", resource_requests.STATE_LABELS),
    _of("grant-states", "授权状态", "States of grants", grants.STATE_LABELS),
    _of("submission-outcomes", "报送结果", "What became of a pushed record", OUTCOMES),
    _of("matching-doubts", "匹配疑点", "Why a pushed record waits", DOUBTS),
    _of("correction-states", "更正状态", "States of corrections", corrections.STATE_LABELS),
    _of("exchange-kinds", "交换种类", "Kinds of exchanges", exchange.KIND_LABELS),
    _of("feed-states", "数据时效", "Freshness of feeds", freshness.LABELS),
    _of("name-outcomes", "名称比对结果", "What follows of a name comparison", NAME_OUTCOMES),
    _of("name-likeness", "名称近似", "Likeness of names", NAME_KINDS),
    *(_of(name, *title, values) for name, (title, values) in LABELS.items()),
    Enumeration("regions", ("行政区划 GB/T 2260", "Regions, GB/T 2260"), {}, "/v1/regions"),
    Enumeration("industries", ("国民经济行业 GB/T 4754", "Industries, GB/T 4754"), {}, "/v1/industries"),
)  # fmt: skip
ENUMERATIONS: Mapping[str, Enumeration] = {enumeration.name: enumeration for enumeration in _ALL}
