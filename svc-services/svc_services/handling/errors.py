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
