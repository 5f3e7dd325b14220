"""Refusals about entries on the lists."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class ListEntryUnknown(NotFound):
    code, title, title_zh = "list_entry_unknown", "There is no such entry on the lists", "没有此列入记录"


class DocumentUnknown(NotFound):
    code, title, title_zh = "list_document_unknown", "There is no decision with this number", "没有此文号的决定"


class ListActNotAllowed(Conflict):
    code, title, title_zh = (
        "list_act_not_allowed",
        "The state of the entry does not allow this",
        "当前状态不能办理此事项",
    )


class AlreadyListed(Conflict):
    code, title, title_zh = (
        "already_listed",
        "It is listed or proposed on this ground already",
        "已因同一事由列入或者拟列入",
    )


class NotSubject(Conflict):
    code, title, title_zh = "not_subject_to_list", "This list does not take such an entity", "该主体不适用此名录"


class ReportFiled(Conflict):
    code, title, title_zh = "annual_report_filed", "The annual report is on the record", "年度报告已经公示"


class GroundGone(Conflict):
    code, title, title_zh = "ground_gone", "The entry it rests on has ended", "所依据的列入记录已经终止"


class ConsentMissing(Conflict):
    code, title, title_zh = "consent_missing", "The superior authority has not consented", "尚未取得上级部门同意"


class StatementOpen(Conflict):
    code, title, title_zh = "statement_open", "The enterprise may still state its case", "陈述申辩期限尚未届满"


class HearingOpen(Conflict):
    code, title, title_zh = "hearing_open", "The enterprise is to be heard first", "应当先举行听证"


class NotYourRegion(Forbidden):
    code, title, title_zh = "not_your_region", "Another authority decides on this", "非本机关管辖"


class NotTheEnterprise(Forbidden):
    code, title, title_zh = "not_the_enterprise", "Only the enterprise itself may do this", "仅当事企业可以办理"


class EvidenceInvalid(Invalid):
    code, title, title_zh = "evidence_invalid", "The evidence does not carry the ground", "证据不符合列入事由的要求"
