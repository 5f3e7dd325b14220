"""Refusals of those who read the record."""

from shared.errors import Forbidden, NotFound


class RecordItemUnknown(NotFound):
    code, title, title_zh = "record_item_unknown", "There is no such item on the record", "没有此公示信息"


class OtherRegion(Forbidden):
    code, title, title_zh = "other_region", "The enterprise lies outside your region", "该企业不在本单位辖区"
