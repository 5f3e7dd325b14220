"""Refusals about files of records."""

from shared.errors import Conflict, Invalid, NotFound


class BatchUnknown(NotFound):
    code, title, title_zh = "submission_batch_unknown", "There is no such file", "没有此报送文件"


class BatchNameTaken(Conflict):
    code, title, title_zh = "batch_name_taken", "Another file came under this name", "同名文件内容不同"


class HeaderInvalid(Invalid):
    code, title, title_zh = "csv_header_invalid", "The first line must name known columns", "首行列名有误"
