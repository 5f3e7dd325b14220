"""Refusals about risk classes."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class RiskUnknown(NotFound):
    code, title, title_zh = "risk_unknown", "There is no risk class to show", "没有可供查看的信用风险分类"


class RiskModelUnknown(NotFound):
    code, title, title_zh = "risk_model_unknown", "There is no such risk model", "没有此版本的信用风险分类模型"


class RiskModelTaken(Conflict):
    code, title, title_zh = "risk_model_taken", "This version or day is taken", "该版本号或者启用日期已被占用"


class RiskModelUnfit(Invalid):
    code, title, title_zh = "risk_model_unfit", "The model can't be used", "信用风险分类模型不能使用"


class RiskRunUnknown(NotFound):
    code, title, title_zh = "risk_run_unknown", "There is no such run", "没有此次分类"


class RiskRunUnderWay(Conflict):
    code, title, title_zh = "risk_run_under_way", "A classification is under way", "分类正在进行"


class RegionNotYours(Forbidden):
    code, title, title_zh = "region_not_yours", "This region is not your unit's", "该地区不属于本单位管辖"
