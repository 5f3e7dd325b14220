"""Refusals about certificates of the record."""

from shared.errors import Gone, NotFound


class CertificateUnknown(NotFound):
    code, title, title_zh = "certificate_unknown", "There is no such certificate", "没有此证明"


class CertificateWithdrawn(Gone):
    code, title, title_zh = "certificate_withdrawn", "Something in it is no longer public", "所载信息已有停止公示的内容"
