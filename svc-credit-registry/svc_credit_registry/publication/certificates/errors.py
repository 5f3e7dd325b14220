"""Refusals about certificates of the record."""

from shared.errors import Gone, NotFound, TooManyRequests


class CertificateUnknown(NotFound):
    code, title, title_zh = "certificate_unknown", "There is no such certificate", "没有此证明"


class CertificateQuota(TooManyRequests):
    code, title = "certificate_quota", "No more certificates for this caller for now"
    title_zh = "证明出具次数已达上限，请稍后再试"


class CertificateWithdrawn(Gone):
    code, title, title_zh = "certificate_withdrawn", "Something in it is no longer public", "所载信息已有停止公示的内容"
