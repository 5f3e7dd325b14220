"""Refusals about the size of enterprises."""

from shared.errors import Invalid


class IndustryCodeInvalid(Invalid):
    code, title, title_zh = "industry_code_invalid", "GB/T 4754 has no such code", "没有此行业代码"


class NoStandard(Invalid):
    code, title, title_zh = "no_standard", "No standard is known for this day", "该日期没有可用的划分标准"
