"""Refusals about forms and about what an officer may ask to be corrected."""

from shared.errors import Invalid


class FieldPrefilled(Invalid):
    code = "field_prefilled"
    title, title_zh = "This is known already and may not be asked again", "该项信息已掌握，无需也不得再次填写"


class CorrectionNotInGuide(Invalid):
    code = "correction_not_in_guide"
    title, title_zh = "Nothing may be asked beyond the guide", "不得在办事指南之外增加要求"


class FormTooLarge(Invalid):
    code, title, title_zh = "form_too_large", "The form is too large", "表单内容过大"
