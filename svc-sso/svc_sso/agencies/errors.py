"""Refusals about the clients of agencies."""

from shared import errors


class ClientTaken(errors.Conflict):
    code, title, title_zh = "client_taken", "There is a client of this id", "该客户端标识已被使用"


class NotManaged(errors.Conflict):
    code, title, title_zh = (
        "first_party_client",
        "The platform's own clients are set by its configuration",
        "平台自有客户端由部署配置管理",
    )


class AdministratorDecides(errors.Forbidden):
    code, title, title_zh = (
        "administrator_decides",
        "Only the security administrator changes this",
        "此项仅由安全管理员变更",
    )


class BadRegistration(errors.Invalid):
    code, title, title_zh = "bad_client", "The client can't be registered like this", "客户端登记内容有误"


class BadKey(errors.Invalid):
    code, title, title_zh = "bad_key", "This key is not taken", "密钥不符合要求"


class KeyTaken(errors.Conflict):
    code, title, title_zh = "key_taken", "There is a key of this kid", "该密钥标识已存在"


class NoSuchKey(errors.NotFound):
    code, title, title_zh = "key_not_found", "There is no such key", "没有该密钥"


class LastKey(errors.Conflict):
    code, title, title_zh = "last_key", "Add the new key before you remove the last one", "请先添加新密钥再删除最后一个"


class TooManyKeys(errors.Conflict):
    code, title, title_zh = "too_many_keys", "Remove an old key first", "密钥数量已达上限，请先删除旧密钥"


class NotForYou(errors.Forbidden):
    code, title, title_zh = "gateway_only", "Only the gateway asks for this", "仅限网关调用"


class NoToken(errors.Conflict):
    code, title, title_zh = "no_token", "This client gets no token for this audience", "该客户端不能取得此服务的令牌"


class NoSecret(errors.Conflict):
    code, title, title_zh = "no_secret", "This client proves itself by a key", "该客户端使用密钥认证，没有口令"
