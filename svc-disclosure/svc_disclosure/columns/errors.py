"""Refusals about columns."""

from shared.errors import Conflict, NotFound


class ColumnUnknown(NotFound):
    code, title, title_zh = "column_unknown", "There is no such column", "没有这个栏目"


class IncompleteChain(Conflict):
    code = "incomplete_approval_chain"
    title = "The column's approval chain does not begin with the secrecy review"
    title_zh = "栏目审批流程未以保密审查为首步"
