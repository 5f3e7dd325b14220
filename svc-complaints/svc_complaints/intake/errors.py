"""Refusals at the counter."""

from shared.errors import Forbidden, Invalid


class ConsumersOnly(Forbidden):
    """Who buys for his own daily needs is a consumer (Consumer Protection Law, art. 2); an enterprise is none."""

    code, title, title_zh = (
        "consumers_only",
        "Complaints are filed by consumers for themselves; act for yourself to file one",
        "投诉由消费者本人提出，请切换为本人身份办理",
    )


class RespondentUnknown(Invalid):
    code, title, title_zh = "respondent_unknown", "No enterprise has this code", "没有使用该代码的经营者"


class TelephoneMissing(Invalid):
    code = "telephone_missing"
    title, title_zh = "Add a telephone number to your account first", "请先在账户中补充电话号码"


class FilingFaulty(Invalid):
    code, title, title_zh = "filing_faulty", "The complaint has faults", "投诉内容有误"


class GroundContradictsRecord(Invalid):
    code = "ground_contradicts_record"
    title, title_zh = "The record does not bear this ground", "案卷记载与所选不予受理理由不符"
