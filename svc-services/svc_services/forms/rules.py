"""What a form may hold and how it changes; what may be asked to be corrected, and what was changed since.

A form is JSON; its parts are named by JSON Pointers (RFC 6901) and edited by merge patches (RFC 7396).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from shared.errors import FieldError
from svc_services.forms.errors import CorrectionNotInGuide, FieldPrefilled

ROOT = "/form"
ASKED_ALREADY = "该项由平台预填，无需填写 / this is prefilled and not asked for"

JsonObject = Mapping[str, object]


@dataclass(frozen=True)
class Correction:
    """One defect: `target` is a pointer into the form (/form/...) or the code of a material of the guide."""

    target: str
    defect: str
    basis: str


def merge_patch(target: object, patch: object) -> object:
    """`target` with `patch` applied (RFC 7396): members are replaced, null removes, a non-object replaces all."""
    if not isinstance(patch, Mapping):
        return patch
    merged: dict[str, object] = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def without_prefilled(patch: JsonObject, shown: JsonObject, personal: Collection[str]) -> dict[str, object]:
    """The part of a patch which the applicant fills in himself.

    A prefilled value sent back as it was shown is passed over; a changed one, and any masked one, raises
    `FieldPrefilled` (422): what the state holds is corrected at its source, and a masked value is never stored.
    """
    refused = [name for name in patch if name in shown and (name in personal or patch[name] != shown[name])]
    if refused:
        raise FieldPrefilled(errors=[FieldError(f"{ROOT}/{escape(n)}", "prefilled", ASKED_ALREADY) for n in refused])
    return {name: value for name, value in patch.items() if name not in shown}


def check_corrections(items: Sequence[Correction], schema: JsonObject, materials: Collection[str]) -> None:
    """Raises `CorrectionNotInGuide` (422), naming every item that asks for what the guide of the case doesn't list.

    国办发〔2018〕45号: 除办事指南明确的条件外，不得自行增加办事要求.
    """
    faults = [
        FieldError(f"/items/{i}/target", "not_in_guide", f"{item.target} 不在办事指南之内 / is not part of the guide")
        for i, item in enumerate(items)
        if not (item.target in materials or in_schema(item.target, schema))
    ]
    twice = {t for t in (i.target for i in items) if [i.target for i in items].count(t) > 1}
    faults += [
        FieldError(f"/items/{i}/target", "repeated", f"{item.target} 重复 / is named more than once")
        for i, item in enumerate(items)
        if item.target in twice
    ]
    if faults:
        raise CorrectionNotInGuide(errors=faults)


def in_schema(pointer: str, schema: JsonObject) -> bool:
    """Whether a pointer such as /form/shareholders/0/name names a place which the JSON Schema of the form knows."""
    if not pointer.startswith(ROOT + "/"):
        return False
    node: object = schema
    for token in (unescape(t) for t in pointer.removeprefix(ROOT + "/").split("/")):
        node = _child(node, token)
        if node is None:
            return False
    return True


def _child(node: object, token: str) -> object | None:
    if not isinstance(node, Mapping):
        return None
    if node.get("type") == "array":
        return node.get("items") if token.isdecimal() else None
    properties = node.get("properties")
    return properties.get(token) if isinstance(properties, Mapping) else None


def changed_parts(before: JsonObject, after: JsonObject) -> list[str]:
    """Pointers of the members of a form which differ, new and removed ones included, in a stable order."""
    names = sorted(set(before) | set(after))
    return [f"{ROOT}/{escape(n)}" for n in names if before.get(n) != after.get(n)]


def changed_materials(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Codes of materials whose content (by hash) differs."""
    return sorted(code for code in set(before) | set(after) if before.get(code) != after.get(code))


def unanswered(targets: Sequence[str], changed: Collection[str], explained: Collection[str]) -> list[str]:
    """Targets of a correction request which were neither changed nor explained by the applicant."""
    return [t for t in targets if t not in explained and not any(_within(t, c) or _within(c, t) for c in changed)]


def _within(pointer: str, other: str) -> bool:
    return pointer == other or pointer.startswith(other + "/")


def escape(name: str) -> str:
    """A member's name as a token of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """The member's name which a token of a JSON Pointer means."""
    return token.replace("~1", "/").replace("~0", "~")
