"""How an item of the record reads on a page: its fields by name, its codes in words, in the reader's language. Pure."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.codes import regions
from svc_credit_registry.publication.enumerations.rules import ENUMERATIONS
from svc_credit_registry.publication.printouts.rules import FIELDS, STATES, VALUES, flat
from svc_credit_registry.record.records.rules import unit_name

TITLES: Mapping[str, str] = {
    "email": "E-mail", "equity_yuan": "Owners' equity (yuan)", "from_day": "From", "not_published": "Kept unpublished",
    "operation": "State of business", "policy_label": "Policy", "share_percent": "Share (%)",
    "until_day": "Until", "url": "Web address",
}  # fmt: skip
"""English names of fields, where the name in the interface does not read well."""
WORDS: Mapping[str, str] = {
    "True": "yes", "False": "no", "not_penalised": "no penalty", "penalised": "penalised", "valid": "in force",
    "credit_repair": "credit repair", "list_removal": "removal from a list", "made": "made", "granted": "granted",
    "not_performed": "not performed", "liquidating": "in liquidation",
}  # fmt: skip
"""English words of values that stand in no enumeration; all others read as they are, without underscores."""
CHINESE: Mapping[str, str] = {
    "not_penalised": "不予处罚", "penalised": "已处罚", "credit_repair": "信用修复", "list_removal": "移出名录",
    "made": "已作出", "granted": "准予修复", "declined": "不予修复",
}  # fmt: skip
CODED: Mapping[str, tuple[str, ...]] = {
    "ground": ("abnormal-grounds", "serious-grounds"),
    "measure": ("measures",),
    "outcome": ("lead-closing-grounds", "repair-states"),
    "result": ("inspection-results",),
    "source": ("lead-sources",),
    "state": ("list-entry-states", "measure-states"),
    "status": ("enterprise-statuses",),
    "subject_kind": ("record-kinds",),
    "type": ("immediate-information-types",),
}
"""Fields whose values are codes, with the enumerations that name them."""
UNITS = frozenset({
    "accepted_by", "authority", "decided_by", "directed_by", "granted_by", "registrar", "removal_decided_by",
})  # fmt: skip
TWICE: Mapping[str, str] = {"ground": "ground_label", "measure": "measure_label", "policy": "policy_label"}
"""Codes beside which the Chinese label stands."""


def pairs(kind: str, content: Mapping[str, Any], *, english: bool) -> list[tuple[str, str]]:
    """The content of an item as names and values; what is empty, and codes beside their labels, are left out."""
    told = [(path[-1], value) for path, value in flat(content)]
    names = {name for name, _ in told}
    hidden = {label if english and code in CODED else code for code, label in TWICE.items() if {code, label} <= names}
    return [(title(n, english=english), _value(kind, n, v, english=english)) for n, v in told if n not in hidden]


def _value(kind: str, name: str, value: Any, *, english: bool) -> str:
    state = STATES.get((kind, name), {}).get(str(value))
    return said(name, value, english=english) if state is None else state[english]


def title(name: str, *, english: bool) -> str:
    """The name of a field."""
    if not english:
        return FIELDS.get(name, name)
    if name in TITLES:
        return TITLES[name]
    plain = name.removesuffix("_yuan").replace("_", " ").capitalize()
    return f"{plain} (yuan)" if name.endswith("_yuan") else plain


def said(name: str, value: Any, *, english: bool) -> str:
    """A value in words: lists part by 、 or commas, what is nested by semicolons."""
    if isinstance(value, Mapping):
        colon, semicolon = (": ", "; ") if english else ("：", "；")
        inner = [(n, v) for n, v in value.items() if v not in (None, "", [])]
        return semicolon.join(f"{title(n, english=english)}{colon}{said(n, v, english=english)}" for n, v in inner)
    if isinstance(value, list):
        semicolons = any(isinstance(inner, Mapping) for inner in value)
        parts = [said(name, inner, english=english) for inner in value]
        return ((" / " if semicolons else ", ") if english else "、").join(parts)
    if name.endswith("_yuan"):
        return _amount(str(value))
    return _word(name, str(value), english=english)


def _amount(text: str) -> str:
    try:
        return f"{Decimal(text):,.2f}"
    except InvalidOperation:
        return text


def _word(name: str, text: str, *, english: bool) -> str:
    for enumeration in CODED.get(name, ()):
        if (found := ENUMERATIONS[enumeration].values.get(text)) is not None:
            return found[english]
    if name in UNITS:
        return unit_name(text) or text
    if name == "region" and regions.is_known(text):
        return regions.full_name(text)
    if name == "not_published":
        return title(text, english=english)
    known = (WORDS if english else CHINESE).get(text)
    if known is None and not english:
        known = VALUES.get(text)
    if known is None and english and text in VALUES:
        known = text.replace("_", " ")
    return text if known is None else known[:1].upper() + known[1:]
