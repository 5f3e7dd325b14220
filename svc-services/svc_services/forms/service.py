"""Checks forms against the JSON Schema (2020-12) of their guide."""

import json
from collections.abc import Mapping
from functools import lru_cache

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from shared.errors import FieldError
from svc_services.forms.errors import FormTooLarge
from svc_services.forms.rules import ROOT, escape

SIZE_LIMIT = 64 * 1024
FORMATS = FormatChecker(formats=["date", "email", "idn-email", "regex"])


def faults_of(form: Mapping[str, object], schema: Mapping[str, object]) -> list[FieldError]:
    """Every fault of a form with its place (/form/...); empty when it is complete and right."""
    validator = _validator(json.dumps(schema, sort_keys=True))
    found = sorted(validator.iter_errors(form), key=lambda e: [str(p) for p in e.absolute_path])
    return [fault for error in found for fault in _field_errors(error)]


def check_size(form: object) -> None:
    """Raises `FormTooLarge` (422) above 64 KiB of JSON: files are materials, not form fields."""
    if len(json.dumps(form, ensure_ascii=False).encode()) > SIZE_LIMIT:
        raise FormTooLarge(
            f"limit {SIZE_LIMIT} bytes", errors=[FieldError(ROOT, "too_large", "表单内容过大 / too large")]
        )


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema), format_checker=FORMATS)


def _field_errors(error: ValidationError) -> list[FieldError]:
    place = ROOT + "".join("/" + escape(str(part)) for part in error.absolute_path)
    if error.validator == "required" and isinstance(error.instance, Mapping):
        missing = [n for n in _names(error.validator_value) if n not in error.instance]
        # jsonschema reports each missing member on its own; the message tells which one this is.
        missing = [n for n in missing if error.message.startswith(repr(n))]
        return [FieldError(f"{place}/{escape(n)}", "required", "必填 / required") for n in missing]
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        extra = _extra(error)
        return [
            FieldError(f"{place}/{escape(n)}", "not_in_guide", "指南未列此项 / not asked by the guide") for n in extra
        ]
    # The rejected value is left out of the message: it may be personal data.
    return [FieldError(place, str(error.validator), _reason(error))]


def _extra(error: ValidationError) -> list[str]:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    known = schema.get("properties", {})
    instance = error.instance if isinstance(error.instance, Mapping) else {}
    return sorted(str(n) for n in instance if n not in known)


def _reason(error: ValidationError) -> str:
    return (
        f"不符合要求 / does not meet {error.validator}: {json.dumps(error.validator_value, ensure_ascii=False)[:200]}"
    )


def _names(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []
