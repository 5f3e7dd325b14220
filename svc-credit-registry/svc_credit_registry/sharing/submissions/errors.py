"""Refusals about records that agencies push."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


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


class NothingWaits(Conflict):
    code, title, title_zh = "match_not_waiting", "This record does not wait for a match", "该记录不在待匹配状态"


class OtherRegion(Forbidden):
    code, title, title_zh = "other_region", "The enterprise is of another region", "该企业不在本机关管辖区域"
