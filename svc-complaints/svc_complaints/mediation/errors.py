"""Refusals during the mediation."""

from shared.errors import Conflict, Invalid, NotFound


class PersonalDataInSummary(Invalid):
    code = "personal_data_in_summary"
    title, title_zh = "The public summary holds personal data", "公示摘要中含有个人信息"


class MediationPeriodOver(Conflict):
    code = "mediation_period_over"
    title, title_zh = "The period for mediation has ended by law", "调解期限届满，调解已依法终止"


class AppraisalRunning(Conflict):
    code, title, title_zh = "appraisal_running", "An appraisal is already under way", "已有鉴定正在进行"


class AppraisalUnknown(NotFound):
    code, title, title_zh = "appraisal_unknown", "There is no such appraisal under way", "没有正在进行的该项鉴定"


class DayOutOfRange(Invalid):
    code, title, title_zh = "day_out_of_range", "The day lies outside the mediation", "日期不在调解期间内"
