"""Which requests go the short way, and the public record of an enterprise as the same bytes the route gives."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson

from shared.codes import regions
from svc_credit_registry.record.classification.rules import INDUSTRIES
from svc_credit_registry.record.enterprises import rules

_PATH = re.compile(r"/v1/enterprises/([0-9A-HJ-NP-RTUW-Y]{18})")
_UNUSUAL = frozenset({b"if-none-match", b"content-length", b"transfer-encoding", b"range"})
"""Header fields of requests which the route looks at, or which come with a body."""


def code_asked(method: str, path: str, query: bytes, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The code of a plain look-up; None for all that is the route's business.

    Its check characters are not looked at: a code that is wrong is not on the register, and so the route's business.
    """
    if method != "GET" or query or len(path) != 34:
        return None
    match = _PATH.fullmatch(path)
    if match is None or any(name in _UNUSUAL for name, _ in headers):
        return None
    return match[1]


def request_id_in(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """X-Request-Id as it was given; empty without one."""
    return next((value.decode("latin-1") for name, value in headers if name == b"x-request-id"), "")


def record(row: Mapping[str, Any]) -> dict[str, object]:
    """The public record of an enterprise, field by field as EnterpriseOut has it, from a row of `lookups.queries`."""
    code = row["code"]
    label, label_en = _status(row["status"])
    return {
        "code": code,
        "name": row["name"],
        "region": row["region"],
        "industry_code": row["industry_code"],
        "organisation_form": row["organisation_form"],
        "status": row["status"],
        "established_on": row["established_on"],
        "legal_representative_name": row["legal_representative_name"],
        "status_label": label,
        "status_label_en": label_en,
        "region_name": _region(row["region"]),
        "industry_name": _industry(row["industry_code"]),
        "registered_on": row["registered_on"],
        "ended_on": row["ended_on"],
        "registered_capital_yuan": row["registered_capital_yuan"],
        "address": row["address"],
        "business_scope": row["business_scope"],
        "names": [
            {"name": name, "valid_from": since, "valid_until": until}
            for name, since, until in zip(row["names"], row["names_from"], row["names_until"], strict=True)
        ],
        "provenance": {"producer": row["producer"], "basis": row["basis"], "received_at": row["received_at"]},
        "publication": {
            "due_on": row["publication_due_on"],
            "basis": rules.PUBLICATION_BASIS,
            "published_at": row["published_at"],
        },
        "version": row["version"],
        "as_of": None,
        "complaints_url": f"/v1/enterprises/{code}/complaints",
        "record_url": f"/v1/enterprises/{code}/record",
    }


def body(row: Mapping[str, Any]) -> bytes:
    """The record as JSON: byte for byte what the route sends."""
    return orjson.dumps(record(row), option=orjson.OPT_UTC_Z)


@lru_cache(maxsize=8)
def _status(status: str) -> tuple[str, str]:
    return rules.STATUS_LABELS[rules.Status(status)]


@lru_cache(maxsize=8192)
def _region(code: str) -> str | None:
    return regions.full_name(code) if regions.is_known(code) else None


@lru_cache(maxsize=4096)
def _industry(code: str) -> str | None:
    industry = INDUSTRIES.get(code) or INDUSTRIES.get(code[:3])
    return industry.label if industry else None
