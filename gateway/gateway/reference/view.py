"""The merged document as a page's reader needs it: operations in groups, each with parameters, body and an example."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gateway.reference.merge import METHODS, SCHEMA, Document

MAX_DEPTH = 4
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Field:
    name: str
    place: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: str
    secured: bool
    fields: list[Field]
    answers: list[tuple[str, str]]
    curl: str
    trial: str


def groups_of(document: Document) -> dict[str, list[Operation]]:
    """All operations by tag, in the order of the document."""
    groups: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                groups.setdefault(operation["tags"][0], []).append(_operation(document, path, method, operation))
    return groups


def _operation(document: Document, path: str, method: str, operation: Document) -> Operation:
    body = _body_schema(operation)
    fields = [_parameter(parameter) for parameter in operation.get("parameters", [])]
    fields += list(_properties(document, body)) if body else []
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        secured=bool(operation.get("security")),
        fields=fields,
        answers=[(status, answer.get("description", "")) for status, answer in operation.get("responses", {}).items()],
        curl=_curl(document, path, method, operation),
        trial=json.dumps(_trial(document, path, method, operation), ensure_ascii=False),
    )


def _trial(document: Document, path: str, method: str, operation: Document) -> Document:
    """What the page's script needs to build a form and send the call."""
    parameters = [
        {"name": one.name, "place": one.place, "type": one.type, "required": one.required}
        for one in map(_parameter, operation.get("parameters", []))
    ]
    content = operation.get("requestBody", {}).get("content", {})
    texts = [media for media in ("application/json", FORM) if media in content]
    media = texts[0] if texts else "file" if content else None
    body = json.dumps(example_of(document, content[media]["schema"]), ensure_ascii=False, indent=2) if texts else None
    if media == FORM and body is not None:
        body = urlencode({name: value for name, value in json.loads(body).items() if value is not None})
    trial = {"method": method.upper(), "path": path, "parameters": parameters, "media": media, "body": body}
    return trial | ({"accept": ", ".join(content)} if media == "file" else {})


def _body_schema(operation: Document) -> Document | None:
    content = operation.get("requestBody", {}).get("content", {})
    schema: Document | None = content.get("application/json", {}).get("schema")
    return schema


def _parameter(parameter: Document) -> Field:
    schema = parameter.get("schema", {})
    required = bool(parameter.get("required"))
    return Field(parameter["name"], parameter["in"], _type(schema), required, parameter.get("description", ""))


def _properties(document: Document, schema: Document) -> Iterator[Field]:
    schema = _resolve(document, schema)
    required = set(schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        yield Field(name, "body", _type(part), name in required, part.get("description", ""))


def _resolve(document: Document, schema: Document) -> Document:
    target = schema.get("$ref", "")
    if target.startswith(SCHEMA):
        found: Document = document["components"]["schemas"].get(target.removeprefix(SCHEMA), {})
        return found
    return schema


def _type(schema: Document) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if variants := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_type(variant) for variant in variants)
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    if values := schema.get("enum"):
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)
    name = str(schema.get("type", "any"))
    return f"{name} ({schema['format']})" if "format" in schema else name


def example_of(document: Document, schema: Document, depth: int = 0) -> Any:
    """A value of the right shape, from the schema's own examples where it has some."""
    schema = _resolve(document, schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if "default" in schema or "const" in schema:
        return schema.get("default", schema.get("const"))
    if values := schema.get("enum"):
        return values[0]
    if variants := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return example_of(document, variants[0], depth)
    return _example_of_type(document, schema, depth)


def _example_of_type(document: Document, schema: Document, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        parts = schema.get("properties", {}) if depth < MAX_DEPTH else {}
        return {name: example_of(document, part, depth + 1) for name, part in parts.items()}
    if kind == "array":
        return [example_of(document, schema.get("items", {}), depth + 1)] if depth < MAX_DEPTH else []
    simple = {"integer": 1, "number": 1, "boolean": True, "null": None}
    texts = {"date": "2026-01-31", "date-time": "2026-01-31T08:00:00Z", "uuid": "0197f0c0-0000-7000-8000-000000000000"}
    return simple[kind] if kind in simple else texts.get(schema.get("format", ""), "string")


def _curl(document: Document, path: str, method: str, operation: Document) -> str:
    origin = document["servers"][0]["url"]
    lines = [f"curl -X {method.upper()} '{origin}{path}'"]
    if operation.get("security"):
        lines.append("-H 'Authorization: Bearer …'")
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "header" and parameter.get("required"):
            lines.append(f"-H '{parameter['name']}: …'")
    if (body := _body_schema(operation)) is not None:
        example = json.dumps(example_of(document, body), ensure_ascii=False)
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d '{example}'")
    return " \\\n  ".join(lines)
