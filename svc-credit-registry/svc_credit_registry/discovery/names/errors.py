"""Refusals of a comparison of names."""

from shared.errors import Invalid


class NameIncomplete(Invalid):
    code, title, title_zh = "name_incomplete", "The name lacks a part", "企业名称组成部分不完整"
