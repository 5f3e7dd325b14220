"""Refusals about annual reports."""

from shared.errors import Conflict, Invalid, NotFound


class ReportUnknown(NotFound):
    code, title, title_zh = "report_unknown", "There is no such annual report", "没有此年度报告"


class YearNotReportable(Conflict):
    code, title, title_zh = "year_not_reportable", "No report is due for this year", "该年度无需报送年度报告"


class OwnMeasure(Conflict):
    code = "own_measure"
    title, title_zh = "Individual businesses report by a measure of their own", "个体工商户年度报告适用专门办法"


class WindowNotOpen(Conflict):
    code, title, title_zh = "window_not_open", "Reports for this year are not taken yet", "该年度报告尚未开始报送"


class ReportExists(Conflict):
    code, title, title_zh = "report_exists", "The report for this year is there already", "该年度报告已存在"


class NothingToEdit(Conflict):
    code = "no_draft"
    title, title_zh = "The report is published and no correction is open", "年度报告已公示，且没有正在办理的更正"


class CorrectionWindowOver(Conflict):
    code = "correction_window_over"
    title, title_zh = "Reports are corrected until 30 June", "年度报告公示信息的更正应当在6月30日之前完成"


class CorrectionOpen(Conflict):
    code, title, title_zh = "correction_open", "A correction is open already", "已有正在办理的更正"


class ReportFaulty(Invalid):
    code, title, title_zh = "report_faulty", "The report has faults", "年度报告填报有误"


class WarningsUnconfirmed(Invalid):
    code = "warnings_unconfirmed"
    title, title_zh = "Confirm what looks unlikely, or correct it", "存在需要确认的提示，请核对后确认或者修改"
