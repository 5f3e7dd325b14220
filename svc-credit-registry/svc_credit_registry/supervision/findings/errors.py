"""Refusals about inspections of drawn entities."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class TaskUnknown(NotFound):
    code, title, title_zh = "inspection_task_unknown", "There is no such inspection", "没有此检查任务"


class TaskState(Conflict):
    code, title, title_zh = "inspection_task_state", "The inspection is not at this step", "检查任务不在此环节"


class TaskNotYours(Forbidden):
    code, title, title_zh = "inspection_task_not_yours", "Another unit's inspection", "不是本单位的检查任务"


class DayOutOfRange(Invalid):
    code, title, title_zh = "inspected_on_out_of_range", "The day does not fit", "检查日期不正确"
