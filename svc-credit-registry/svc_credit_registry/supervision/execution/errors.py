"""Refusals to departments which carry measures out."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class DepartmentUnknown(Forbidden):
    code, title, title_zh = (
        "department_unknown",
        "No department is entered for this client; ask the credit registry",
        "尚未登记此客户端所属部门，请联系信用监管机关",
    )


class ClientEntered(Conflict):
    code, title, title_zh = "client_entered", "The client is entered already", "该客户端已登记"


class ClientUnknown(NotFound):
    code, title, title_zh = "client_unknown", "No such client is entered", "没有登记此客户端"


class FeedbackKeyReused(Conflict):
    code = "feedback_key_reused"
    title, title_zh = "This key stands for other feedback", "该反馈编号已用于其他内容"


class FeedbackDayInvalid(Invalid):
    code, title, title_zh = "feedback_day_invalid", "That day can't be right", "执行日期不正确"
