"""Refusals to those who check restrictions."""

from shared.errors import Invalid


class NothingToCheck(Invalid):
    code, title, title_zh = "nothing_to_check", "Name at least one code or person", "请至少提供一个查询对象"


class TooManySubjects(Invalid):
    code, title, title_zh = "too_many_subjects", "At most 200 codes and persons at a time", "一次最多查询200个对象"
