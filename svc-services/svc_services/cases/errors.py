"""Refusals which every act on an application shares."""

from shared.errors import Conflict, Forbidden, NotFound


class ApplicationUnknown(NotFound):
    code, title, title_zh = "application_unknown", "There is no such application", "没有此申请"


class ActNotAllowed(Conflict):
    code = "act_not_allowed"
    title, title_zh = "The application is past or short of this step", "申请所处的环节不能办理此事项"


class NotYourRegion(Forbidden):
    code = "not_your_region"
    title, title_zh = "Only the unit of the application's region acts on it", "仅由有管辖权的登记机关办理"


class ConflictOfInterest(Forbidden):
    code = "conflict_of_interest"
    title, title_zh = "An official with an interest in the case must withdraw", "与申请有利害关系的人员应当回避"
