"""What the gateway itself refuses. Everything a service refuses passes through untouched."""

from shared.errors import (
    BadRequest,
    DomainError,
    Forbidden,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)


class BadPath(BadRequest):
    code, title, title_zh = "bad_path", "The path is not in plain form", "路径格式不正确"


class AmbiguousLength(BadRequest):
    """Two ways to say where a body ends are how requests are smuggled (RFC 9112, 6.3)."""

    code, title, title_zh = "ambiguous_length", "The length of the body is stated twice", "请求体长度表述不一致"


class NotHttp(BadRequest):
    code, title, title_zh = "not_http", "The request can't be read", "请求无法识别"


class AmbiguousHost(BadRequest):
    """None or several would let two readers see two sites (RFC 9112, 3.2)."""

    code, title, title_zh = "ambiguous_host", "The host is to be named once", "主机名须且只能给出一次"


class NoSuchService(NotFound):
    code, title, title_zh = "no_such_service", "No service answers under this path", "此路径下没有服务"


class BodyTooLarge(TooLarge):
    code, title, title_zh = "body_too_large", "The body is too large", "请求体过大"


class UriTooLong(DomainError):
    status, code, title, title_zh = 414, "uri_too_long", "The address is too long", "请求地址过长"


class HeadersTooLarge(DomainError):
    status, code, title, title_zh = 431, "headers_too_large", "The header fields are too large", "请求头过大"


class HeaderTooSlow(DomainError):
    status, code, title, title_zh = 408, "header_too_slow", "The header did not arrive in time", "请求头未及时送达"


class BodyTooSlow(DomainError):
    status, code, title, title_zh = 408, "body_too_slow", "The body did not arrive in time", "请求体未及时送达"


class CsrfRefused(Forbidden):
    code, title, title_zh = "csrf", "This call did not come from our own pages", "请求并非来自本站页面"


class SessionExpired(Unauthenticated):
    code, title, title_zh = "session_expired", "Your session has ended, please log in again", "会话已结束，请重新登录"


class RateLimited(TooManyRequests):
    code, title, title_zh = "rate_limited", "Too many requests", "请求过于频繁"


class TooManyConnections(Unavailable):
    code, title, title_zh = "too_many_connections", "There are too many connections", "连接数过多"


class ServiceDown(Unavailable):
    code, title, title_zh = "service_unavailable", "The service does not answer for the moment", "服务暂时不可用"


class ServiceBroke(DomainError):
    status, code, title, title_zh = 502, "bad_gateway", "The service broke off its answer", "服务应答中断"


class ServiceTooSlow(DomainError):
    status, code, title, title_zh = 504, "gateway_timeout", "The service did not answer in time", "服务未及时应答"
