"""Refusals about reports on what was pushed."""

from shared.errors import Invalid


class ReportPeriodInvalid(Invalid):
    code, title = "report_period_invalid", "A report is about 1 to 400 days, none of them to come"
    title_zh = "统计期间须为1至400日，且始于今日或者之前"
