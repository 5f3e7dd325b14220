"""Refusals about inspectors and their relations to enterprises."""

from shared.errors import Conflict, NotFound


class InspectorUnknown(NotFound):
    code, title, title_zh = "inspector_unknown", "There is no such inspector", "没有此检查人员"


class InspectorTaken(Conflict):
    code, title, title_zh = (
        "inspector_taken",
        "The account or certificate is entered already",
        "该账户或者执法证号已在名录中",
    )
