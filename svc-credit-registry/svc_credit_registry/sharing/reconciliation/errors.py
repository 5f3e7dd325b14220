"""Refusals about reports on what was pushed."""

from shared.errors import Invalid


class ReportTooWide(Invalid):
    code, title, title_zh = (
        "report_too_wide",
        "Name a producer, a kind or fewer days",
        "统计结果过多，请限定部门、类别或者日期",
    )


class ReportPeriodInvalid(Invalid):
    code, title = "report_period_invalid", "A report is about 1 to 400 days, none of them to come"
    title_zh = "统计期间须为1至400日，且始于今日或者之前"
