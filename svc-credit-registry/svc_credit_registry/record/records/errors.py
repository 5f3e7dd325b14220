"""Refusals about items of the public record."""

from shared.errors import Invalid


class ContentInvalid(Invalid):
    code, title, title_zh = (
        "record_content_invalid",
        "The content does not fit its kind",
        "公示内容的格式不符",
    )


class PeriodInvalid(Invalid):
    code, title, title_zh = "record_period_invalid", "The period ends before it begins", "期限的终日早于始日"
