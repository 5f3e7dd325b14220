"""Tells one service's structure as JSON: run in a process of its own, since each service has its own data model."""

import importlib
import json
import sys
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.auth import AccessRule, PublicRule
from shared.http.routing import TransactionRoute


def rules_of(dependant: Dependant) -> list[str]:
    found = []
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, AccessRule):
            found.append("optional" if dependency.call.optional else dependency.call.permission or "any")
        if isinstance(dependency.call, PublicRule):
            found.append("public")
        found.extend(rules_of(dependency))
    return found


def routes_of(app: FastAPI) -> list[dict[str, object]]:
    """Every route with its access; walks included routers as FastAPI resolves them."""
    routes = []
    for context in effective(app.routes):
        dependant, route = context
        routes.append(
            {
                "path": route.path_format,
                "methods": sorted(route.methods or []),
                "access": sorted(set(rules_of(dependant))),
                "transaction": isinstance(route, TransactionRoute),
                "endpoint": f"{route.endpoint.__module__}.{route.endpoint.__name__}",
                "doc": route.endpoint.__doc__,
                "schema": route.include_in_schema,
            }
        )
    return routes


def effective(routes: list[Any]) -> Iterator[tuple[Dependant, APIRoute]]:
    """Routes with the dependencies they have where they are included (FastAPI resolves included routers lazily)."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route.dependant, route
        elif hasattr(route, "effective_candidates"):
            for candidate in route.effective_candidates():
                if isinstance(getattr(candidate, "original_route", None), APIRoute):
                    yield candidate.dependant, candidate.original_route
                else:
                    yield from effective([candidate])


def main() -> None:
    package = sys.argv[1]
    app = importlib.import_module(f"{package}.main").create_app()
    work = app.state.service.work
    settings = type(app.state.runtime.settings)
    description = {
        "package": package,
        "routes": routes_of(app),
        "publishes": sorted(cls.TYPE for cls in work.publishes),
        "handles": sorted(handler.event.TYPE for handler in work.handlers),
        "settings": {
            "prefix": str(settings.model_config.get("env_prefix")),
            "fields": {name: field.description for name, field in settings.model_fields.items()},
        },
        "openapi": app.openapi(),
    }
    sys.stdout.write(json.dumps(description, default=str))


if __name__ == "__main__":
    main()
