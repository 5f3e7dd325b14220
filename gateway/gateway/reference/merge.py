"""Puts the services' OpenAPI documents into one: pure functions over documents.

Each operation belongs to one service, which `x-service` names. Paths get the public prefix, schemas that differ under
the same name get the service's name in front, operation ids are made unique, and every service tag says whose it is.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.routes import is_internal, is_proxied

Document = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
SCHEMA = "#/components/schemas/"
SECURITY = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sid",
        "description": "Browsers: `GET /session/login`; unsafe calls also need the header `X-CSRF: 1`.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "at+jwt",
        "description": "Other clients: an access token of svc-sso for the called service.",
    },
}


def merge(own: Document, services: Mapping[str, Document], *, cookie: str, origin: str) -> Document:
    """One document of the gateway's own operations and those of `services` (short name -> document)."""
    merged: Document = {
        "openapi": own.get("openapi", "3.1.0"),
        "info": {
            "title": "一网 Yiwang",
            "version": own.get("info", {}).get("version", "0"),
            "description": "All services behind one door. Refusals are `application/problem+json` (RFC 9457).",
        },
        "servers": [{"url": origin}],
        "tags": [],
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": copy.deepcopy(SECURITY)},
    }
    merged["components"]["securitySchemes"]["session"]["name"] = cookie
    _add(merged, "gateway", copy.deepcopy(own), prefix="")
    for service in sorted(services):
        _add(merged, service, copy.deepcopy(services[service]), prefix=f"/api/{service}")
    return merged


def _add(merged: Document, service: str, document: Document, *, prefix: str) -> None:
    schemas = document.get("components", {}).get("schemas", {})
    names = _names(merged["components"]["schemas"], schemas, service)
    _rename(document, names)
    for name, schema in schemas.items():
        merged["components"]["schemas"].setdefault(names.get(name, name), schema)
    for tag in document.get("tags", []):
        merged["tags"].append({**tag, "name": f"{service}: {tag['name']}"})
    for path, item in document.get("paths", {}).items():
        if is_internal(path.removeprefix("/").encode()):
            continue
        # The identity provider's own paths stand at the public origin itself.
        public = path if is_proxied(path.encode()) else prefix + path
        merged["paths"][public] = _item(item, service)


def _names(taken: Document, schemas: Document, service: str) -> dict[str, str]:
    """New names for the schemas whose name another service uses for something else."""
    label = "".join(part.capitalize() for part in re.split(r"[^a-z0-9]+", service))
    clashes = {name for name, schema in schemas.items() if name in taken and taken[name] != schema}
    grown = True
    while grown:  # What refers to a renamed schema differs from its namesake as well.
        users = {name for name, schema in schemas.items() if name not in clashes and name in taken}
        more = {name for name in users if clashes & set(_references(schemas[name]))}
        grown = bool(more)
        clashes |= more
    return {name: f"{label}{name}" for name in clashes}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith(SCHEMA):
            yield target.removeprefix(SCHEMA)
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _rename(node: Any, names: Mapping[str, str]) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and value.startswith(SCHEMA):
                name = value.removeprefix(SCHEMA)
                node[key] = SCHEMA + names.get(name, name)
            else:
                _rename(value, names)
    elif isinstance(node, list):
        for value in node:
            _rename(value, names)


def _item(item: Document, service: str) -> Document:
    for method in METHODS:
        operation = item.get(method)
        if operation is None:
            continue
        operation["operationId"] = _operation_id(service, operation.get("operationId", method))
        operation["tags"] = [f"{service}: {tag}" for tag in operation.get("tags") or ["general"]]
        operation["x-service"] = service
        if operation.get("security"):
            operation["security"] = [{"session": []}, {"bearer": []}]
    return item


def _operation_id(service: str, given: str) -> str:
    """`sso.show_me`: unique, because an id is unique within its service."""
    return given if service == "gateway" else f"{service.replace('-', '_')}.{given}"
