"""Refusals around publication."""

from shared.errors import Conflict


class ObjectionWindowOver(Conflict):
    code, title, title_zh = "objection_window_over", "The window for objection has passed", "异议期已届满"
