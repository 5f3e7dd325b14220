"""Refusals about support policies and benefits."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class PolicyUnknown(NotFound):
    code, title, title_zh = "policy_unknown", "There is no such policy", "没有此扶持政策"


class BenefitUnknown(NotFound):
    code, title, title_zh = "benefit_unknown", "There is no such benefit", "没有此扶持信息"


class NotYourUnit(Forbidden):
    code, title, title_zh = "not_your_unit", "Only the unit that published it acts on it", "仅由发布单位办理"


class OtherRegion(Forbidden):
    code, title, title_zh = "other_region", "The enterprise lies outside your region", "该企业不在本单位辖区"


class PolicyNotOpen(Conflict):
    code, title, title_zh = "policy_not_open", "The policy's state does not allow this", "政策所处状态不能办理此事项"


class BenefitRepeated(Conflict):
    code, title, title_zh = "benefit_repeated", "This benefit is public already", "此扶持信息已公示"


class PolicyFaulty(Invalid):
    code, title, title_zh = "policy_faulty", "The policy has faults", "政策内容有误"
