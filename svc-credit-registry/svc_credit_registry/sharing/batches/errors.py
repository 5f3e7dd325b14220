"""Refusals about files of records."""

from shared.errors import Conflict, Invalid, NotFound, TooManyRequests, Unavailable


class BatchUnknown(NotFound):
    code, title, title_zh = "submission_batch_unknown", "There is no such file", "没有此报送文件"


class BatchNameTaken(Conflict):
    code, title, title_zh = "batch_name_taken", "Another file came under this name", "同名文件内容不同"


class UploadQuotaFull(TooManyRequests):
    code, title, title_zh = "upload_quota_full", "Your files that wait take all your room", "待处理文件已占满配额"


class StorageLow(Unavailable):
    code, title, title_zh = "storage_low", "There is no room for files at the moment", "存储空间不足，请稍后再报送"


class UploadLost(Unavailable):
    code, title, title_zh = "upload_lost", "Send the file again", "文件未能保存，请重新报送"


class HeaderInvalid(Invalid):
    code, title, title_zh = "csv_header_invalid", "The first line must name known columns", "首行列名有误"
