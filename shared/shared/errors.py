"""Refusals. A rule raises a class whose name is the reason, on a base whose name is the kind.

This file imports nothing but the standard library: rules import it, and rules are pure. The one place which turns a
refusal into `application/problem+json` (RFC 9457) is `shared.problems`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """One fault of an input: `pointer` is a JSON Pointer (RFC 6901) into the body, `code` is stable."""

    pointer: str
    code: str
    message: str


class DomainError(Exception):
    """Base of all refusals. Subclasses set `code` (stable, snake_case) and the two titles.

    `headers` go out with the answer; `extensions` become further members of the problem document.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Error"
    title_zh: ClassVar[str] = "错误"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extensions = extensions


class BadRequest(DomainError):
    status, code, title, title_zh = 400, "bad_request", "The request can't be read", "请求无法识别"


class Unauthenticated(DomainError):
    status, code, title, title_zh = 401, "unauthenticated", "Please log in", "请先登录"


class Forbidden(DomainError):
    status, code, title, title_zh = 403, "forbidden", "You have no right to do this", "无权办理"


class NotFound(DomainError):
    status, code, title, title_zh = 404, "not_found", "There is no such thing here", "未找到"


class Conflict(DomainError):
    status, code, title, title_zh = 409, "conflict", "The present state does not allow this", "与当前状态冲突"


class Gone(DomainError):
    status, code, title, title_zh = 410, "gone", "This is no longer available", "已不再提供"


class StaleVersion(DomainError):
    status, code, title, title_zh = 412, "stale_version", "Someone changed this before you", "内容已被他人修改"


class TooLarge(DomainError):
    status, code, title, title_zh = 413, "too_large", "The content is too large", "内容过大"


class UnsupportedMedia(DomainError):
    status, code, title, title_zh = 415, "unsupported_media_type", "This type of file is not accepted", "不接受此类文件"


class Invalid(DomainError):
    status, code, title, title_zh = 422, "invalid", "The content has faults", "内容有误"


class PreconditionRequired(DomainError):
    status, code, title, title_zh = 428, "precondition_required", "State the version you edit", "须注明所修改的版本"


class TooManyRequests(DomainError):
    status, code, title, title_zh = 429, "too_many_requests", "Too many requests", "请求过于频繁"


class Unavailable(DomainError):
    status, code, title, title_zh = 503, "unavailable", "Not available for the moment", "暂时无法提供服务"
