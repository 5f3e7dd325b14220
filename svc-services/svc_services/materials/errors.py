"""Refusals when a material is handed in."""

from shared.errors import Conflict, Invalid, NotFound


class MaterialNotInGuide(Invalid):
    code = "material_not_in_guide"
    title, title_zh = "The guide asks for no such material", "办事指南未列此材料，不得增加"


class MaterialUnknown(NotFound):
    code, title, title_zh = "material_unknown", "This material has not been handed in", "尚未提交此材料"


class EmptyFile(Invalid):
    code, title, title_zh = "file_empty", "The file is empty", "文件为空"


class MaterialsLocked(Conflict):
    code = "materials_locked"
    title, title_zh = "Materials can't be changed at this step", "当前环节不能更改材料"
