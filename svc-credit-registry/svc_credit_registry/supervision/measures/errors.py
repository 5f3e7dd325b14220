"""Refusals about joint measures and directives."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class DirectiveUnknown(NotFound):
    code, title, title_zh = "directive_unknown", "There is no such directive", "没有此惩戒指令"


class SubjectNotConcerned(Invalid):
    code, title, title_zh = "subject_not_concerned", "The measure is not for such a subject", "该措施不适用于此类对象"


class TermInvalid(Invalid):
    code, title, title_zh = "term_invalid", "The term does not fit the measure", "惩戒期限不符合规定"


class GroundUnknown(Invalid):
    code, title, title_zh = "ground_unknown", "The record holds no such ground now", "信用记录中没有该项依据"


class ActNotAllowed(Conflict):
    code, title, title_zh = "act_not_allowed", "The present state does not allow this", "当前状态不允许此操作"


class AlreadyDirected(Conflict):
    code, title, title_zh = "already_directed", "This measure is directed already", "该对象已有同一依据的相同措施"


class NotYourRegion(Forbidden):
    code, title, title_zh = "not_your_region", "Only the authority of the region acts", "仅本辖区机关可以办理"


class PersonIdentified(Conflict):
    code, title, title_zh = "person_identified", "The person is identified already", "该自然人身份已经核实"


class IdNumberInvalid(Invalid):
    code, title, title_zh = "id_number_invalid", "This is no identity number", "公民身份号码不正确"
