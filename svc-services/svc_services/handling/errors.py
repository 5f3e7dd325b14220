"""Refusals when an official handles an application."""

from shared.errors import Conflict, Invalid


class CorrectionAlreadyRequested(Conflict):
    code = "correction_already_requested"
    title = "Corrections may be asked for only once"
    title_zh = "补正材料须一次性告知，不得再次要求补正"


class CorrectionStillOpen(Conflict):
    code = "correction_still_open"
    title, title_zh = "The applicant still has time to correct", "补正期限尚未届满"


class AlreadyExtended(Conflict):
    code = "already_extended"
    title, title_zh = "The term may be extended only once", "期限只能延长一次"


class ReasonMissing(Invalid):
    code = "reason_missing"
    title, title_zh = "A refusal states its reasons", "不予登记应当说明理由"


class RestrictionInForce(Conflict):
    """`restrictions` names each measure with its basis: the law lets the matter only be refused."""

    code = "restriction_in_force"
    title, title_zh = "A joint measure forbids to grant this", "申请人受惩戒措施限制，依法不得准予"


class RestrictionUnweighed(Invalid):
    """`restrictions` names what is to be weighed; the reason of the decision says how."""

    code = "restriction_unweighed"
    title, title_zh = "Say how the measures were weighed", "请说明对惩戒措施的考量"
