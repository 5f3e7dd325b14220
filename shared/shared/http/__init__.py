"""What every route shares: transactions, repeated requests, versions, lists."""

from shared.http.caching import cached
from shared.http.conditional import IfMatch, check_version, etag, not_modified, set_etag, view_etag
from shared.http.idempotency import IDEMPOTENCY_NONE, IDEMPOTENCY_OPTIONAL
from shared.http.pagination import Page, PageResult, Paging, paginate
from shared.http.routing import Router, TransactionRoute

__all__ = [
    "IDEMPOTENCY_NONE",
    "IDEMPOTENCY_OPTIONAL",
    "IfMatch",
    "Page",
    "PageResult",
    "Paging",
    "Router",
    "TransactionRoute",
    "cached",
    "check_version",
    "etag",
    "not_modified",
    "paginate",
    "set_etag",
    "view_etag",
]
