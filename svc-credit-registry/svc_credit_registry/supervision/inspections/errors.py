"""Refusals about plans and draws."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class PlanUnknown(NotFound):
    code, title, title_zh = "inspection_plan_unknown", "There is no such plan", "没有此抽查计划"


class PlanUnfit(Invalid):
    code, title, title_zh = "inspection_plan_unfit", "The plan breaks a rule of the law", "抽查计划不符合规定"


class PlanNotYours(Forbidden):
    code, title, title_zh = "inspection_plan_not_yours", "Another unit's plan", "不是本单位的抽查计划"


class PlanState(Conflict):
    code, title, title_zh = "inspection_plan_state", "The plan is not at this step", "抽查计划不在此环节"


class PoolEmpty(Conflict):
    code, title, title_zh = "inspection_pool_empty", "A pool is too small to draw from", "名录库不足以抽取"


class EntropyUnfit(Invalid):
    code, title, title_zh = "entropy_unfit", "The public entropy does not fit the announcement", "公开随机数与公告不符"


class EntropyKnown(Conflict):
    code, title, title_zh = "entropy_known", "The public number is known by now", "公告的公开随机数已经产生，不得再锁定"


class DrawUnknown(NotFound):
    code, title, title_zh = "inspection_draw_unknown", "Nothing is frozen for this plan yet", "该计划尚未锁定名录库"
