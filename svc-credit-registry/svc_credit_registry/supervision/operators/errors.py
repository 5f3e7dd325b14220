"""Refusals about sites of online operators."""

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class SiteUnknown(NotFound):
    code, title, title_zh = "site_unknown", "No such site is registered", "没有登记此网站或者网店"


class SiteTaken(Conflict):
    code, title, title_zh = "site_taken", "The site is registered for an operator already", "该网站或者网店已登记"


class SiteClosed(Conflict):
    code, title, title_zh = "site_closed", "The site is closed", "该网站或者网店已关闭"


class SiteInvalid(Invalid):
    code, title, title_zh = "site_invalid", "This can't be a site", "网站或者网店信息不正确"


class NotYourOperator(Forbidden):
    code, title, title_zh = (
        "not_your_operator",
        "Only the authority of the operator's region acts",
        "仅本辖区机关可以办理",
    )
