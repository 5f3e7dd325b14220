"""Refusals which every act on a complaint shares."""

from shared.errors import Conflict, Forbidden, NotFound


class ComplaintUnknown(NotFound):
    code, title, title_zh = "complaint_unknown", "There is no such complaint", "没有这件投诉"


class ActNotAllowed(Conflict):
    code = "act_not_allowed"
    title, title_zh = "The complaint is past or short of this step", "投诉所处的环节不能办理此事项"


class NotYourRegion(Forbidden):
    code = "not_your_region"
    title, title_zh = "Only the unit of the complaint's region acts on it", "仅由有管辖权的单位办理"


class ConflictOfInterest(Forbidden):
    code = "conflict_of_interest"
    title, title_zh = "An official with an interest in the case must withdraw", "与投诉有利害关系的人员应当回避"


class NotComplainant(Forbidden):
    code, title, title_zh = "not_complainant", "Only the complainant may do this", "仅投诉人可以办理"


class NotRespondent(Forbidden):
    code, title, title_zh = (
        "not_respondent",
        "Only the respondent's representative may do this",
        "仅被投诉人的代表可以办理",
    )
