"""Why a subscription is refused."""

from shared.errors import Conflict, Forbidden, Invalid


class NotAnAgency(Forbidden):
    code, title, title_zh = "not_an_agency", "Only the system of an agency subscribes", "仅限部门系统订阅"


class TooManyWebhooks(Conflict):
    code, title, title_zh = "too_many_webhooks", "You have as many subscriptions as you may have", "订阅数量已达上限"


class TargetRefused(Invalid):
    """The address of a receiver is none that the platform may call; `errors` says why."""

    code, title, title_zh = "target_refused", "This address can't receive events", "该地址不能接收事件"


class NothingToReplay(Conflict):
    code, title, title_zh = "nothing_to_replay", "No finished delivery matches", "没有可重放的投递"
