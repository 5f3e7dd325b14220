"""Refusals about columns."""

from shared.errors import Conflict, NotFound


class UnknownColumn(NotFound):
    code, title, title_zh = "unknown_column", "There is no such column", "没有这个栏目"


class IncompleteChain(Conflict):
    code = "incomplete_approval_chain"
    title = "The column's approval chain does not begin with the secrecy review"
    title_zh = "栏目审批流程未以保密审查为首步"
