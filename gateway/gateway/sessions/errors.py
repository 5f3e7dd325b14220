"""Why a log-in does not come about."""

from shared.errors import BadRequest, Forbidden


class LoginFailed(BadRequest):
    code, title, title_zh = "login_failed", "The log-in did not come about", "登录未完成"


class LoginNotBegun(LoginFailed):
    """The answer belongs to no log-in that this browser began, or to one that is over."""

    code, title, title_zh = (
        "login_not_begun",
        "This log-in has run out or began elsewhere",
        "登录已过期或并非由此浏览器发起",
    )


class ProviderLied(LoginFailed):
    """Something about the identity provider's answer does not hold; no session is made of it."""

    code, title, title_zh = "identity_not_proven", "The identity provider's answer does not hold", "身份凭证未通过核验"


class ContextEnded(Forbidden):
    """The mandate was revoked or ran out. Nothing is done in the person's own name that was begun for an enterprise:
    until he chooses anew (`POST /session/context`), his calls are refused."""

    code, title, title_zh = (
        "context_ended",
        "You do not act for this enterprise any more; choose for whom you act",
        "您已不能代表该企业办理，请重新选择办理身份",
    )


class ContextRefused(Forbidden):
    code, title, title_zh = "context_refused", "You do not act for this enterprise", "您不能代表该企业办理"
