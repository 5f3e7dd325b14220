"""Refusals of the catalogue of matters."""

from shared.errors import Conflict, NotFound


class MatterUnknown(NotFound):
    code, title, title_zh = "matter_unknown", "There is no such matter in the catalogue", "目录中没有此事项"


class MatterNotOnline(Conflict):
    code = "matter_not_online"
    title, title_zh = "This matter has a guide, but can't be applied for online yet", "此事项仅提供指南，尚不能网上办理"


class MatterElsewhere(Conflict):
    code = "matter_handled_elsewhere"
    title, title_zh = (
        "This matter is handled by another service, which the answer names",
        "此事项由其他服务办理，见所列入口",
    )


class LessFavourable(Conflict):
    code = "less_favourable"
    title, title_zh = (
        "A local implementation may only be more favourable to the applicant",
        "地方实施清单只能更有利于申请人",
    )
