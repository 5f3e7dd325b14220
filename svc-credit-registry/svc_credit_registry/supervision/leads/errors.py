"""Refusals about leads."""

from shared.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound, TooLarge


class LeadUnknown(NotFound):
    code, title, title_zh = "lead_unknown", "There is no such lead", "没有此线索"


class LeadKeyReused(Conflict):
    code, title, title_zh = "lead_key_reused", "This key stands for another lead", "该编号已用于其他线索"


class LeadElsewhere(Forbidden):
    code, title, title_zh = "lead_elsewhere", "The authority of the lead's region acts", "由线索所在辖区机关办理"


class ActNotAllowed(Conflict):
    code, title, title_zh = "act_not_allowed", "The present state does not allow this", "当前状态不允许此操作"


class AlreadyExtended(Conflict):
    code, title, title_zh = "already_extended", "The term may be extended only once", "核查期限只能延长一次"


class CaseTermUnfit(Invalid):
    code, title, title_zh = "case_term_unfit", "The law has no such term for the case", "案件办理期限不符合规定"


class EnterpriseNeeded(Conflict):
    code, title, title_zh = "enterprise_needed", "Say first whom the lead concerns", "请先匹配涉及的企业"


class GroundNotFitting(Invalid):
    code, title, title_zh = "ground_not_fitting", "The finding does not lead to this", "核查结果与此处理不符"


class NotPublishable(Conflict):
    code, title, title_zh = "not_publishable", "The law does not make this outcome public", "该处理结果依法不公示"


class SpanInvalid(Invalid):
    code, title, title_zh = "span_invalid", "The period ends before it begins", "终日早于始日"


class LeadRegionInvalid(Invalid):
    code, title, title_zh = "lead_region_invalid", "Say for which region", "请填写有效的辖区"


class BatchTooLarge(TooLarge):
    code, title, title_zh = "batch_too_large", "At most 5,000 leads and 8 MiB at a time", "一次最多5000条、8 MiB"


class BatchUnreadable(BadRequest):
    code, title, title_zh = "batch_unreadable", "The batch holds no rows", "文件中没有数据"
