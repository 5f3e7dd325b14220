"""Refusals about records that agencies push."""

from shared.errors import Forbidden, Invalid, NotFound


class SubmissionRefused(Invalid):
    code, title, title_zh = "submission_refused", "The record has faults", "报送信息有误"


class KindNotPushed(Invalid):
    code, title, title_zh = "kind_not_pushed", "Agencies do not push records of this kind", "此类信息不由部门报送"


class WrongProducer(Forbidden):
    code, title, title_zh = (
        "wrong_producer",
        "A producer acts on its own records only",
        "只能报送、变更本机关产生的信息",
    )


class ReceiptUnknown(NotFound):
    code, title, title_zh = "submission_receipt_unknown", "There is no such receipt", "没有此报送回执"
