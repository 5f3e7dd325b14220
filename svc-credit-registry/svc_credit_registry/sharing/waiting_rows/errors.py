"""Refusals about rows that wait for a match."""

from shared.errors import Conflict, Forbidden


class NothingWaits(Conflict):
    code, title, title_zh = "match_not_waiting", "This record does not wait for a match", "该记录不在待匹配状态"


class OtherRegion(Forbidden):
    code, title, title_zh = "other_region", "The enterprise is of another region", "该企业不在本机关管辖区域"
