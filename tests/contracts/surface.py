"""What callers rely on, one fact a line, and what would break them.

`tests/contracts/surface/<service>.txt` records every operation, parameter, field of a body and field of an answer that
has been there, out of `docs/openapi`. Additions are recorded by `make openapi`; a recorded fact never goes by itself:
who breaks one on purpose takes its line out by hand and says so in CHANGELOG.md.

    GET /v1/complaints ? limit integer optional
    POST /v1/complaints > /respondent_code string required
    POST /v1/complaints < 201 /state string =received|accepted
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCUMENTS, RECORDS = ROOT / "docs/openapi", ROOT / "tests/contracts/surface"
METHODS = ("get", "put", "post", "delete", "patch")
DEEPEST = 8


@dataclass(frozen=True)
class Fact:
    """One thing that callers rely on. `side` is `?` for a parameter, `>` for a field sent, `<` for a field answered."""

    operation: str
    side: str
    place: str
    type: str = "-"
    required: bool = False
    values: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, str, str]:
        return self.operation, self.side, self.place

    def line(self) -> str:
        words = [self.operation, self.side, self.place, self.type, "required" if self.required else "optional"]
        return " ".join(words) + (f" ={'|'.join(sorted(self.values))}" if self.values else "")


def parse(line: str) -> Fact:
    """The fact of a recorded line."""
    words, _, values = line.partition(" =")
    head, type_, need = words.rsplit(" ", 2)
    side = next(mark for mark in "?><" if f" {mark} " in head)
    operation, _, place = head.partition(f" {side} ")
    return Fact(
        operation, side, place, type_, need == "required", frozenset(values.split("|")) if values else frozenset()
    )


def surface(document: dict[str, Any]) -> list[Fact]:
    """All facts of an OpenAPI document; what may come in several ways, by media type or union, is one fact."""
    reader, found = _Reader(document), dict[tuple[str, str, str], Fact]()
    for path, item in document["paths"].items():
        for method in METHODS:
            for fact in reader.operation(f"{method.upper()} {path}", item[method]) if method in item else []:
                found[fact.key] = _either(found.get(fact.key, fact), fact)
    return sorted(found.values(), key=lambda fact: fact.key)


def _either(one: Fact, other: Fact) -> Fact:
    types = "|".join(sorted({*one.type.split("|"), *other.type.split("|")}))
    values = one.values | other.values if one.values and other.values else frozenset[str]()
    return replace(one, type=types, required=one.required and other.required, values=values)


def breaks(recorded: list[Fact], present: list[Fact]) -> list[str]:
    """What in `present` would break a caller that was written against `recorded`, in words."""
    now = {fact.key: fact for fact in present}
    known = {fact.key for fact in recorded}
    operations = {fact.operation for fact in recorded}
    found = [reason for old in recorded if (reason := _broken(old, now.get(old.key)))]
    found += [
        f"{fact.operation}: {fact.place} is demanded now"
        for fact in present
        if fact.operation in operations and fact.side in "?>" and fact.required and fact.key not in known
    ]
    return found


def _broken(old: Fact, new: Fact | None) -> str | None:
    where = f"{old.operation} {old.side} {old.place}"
    if new is None:
        return f"{where} is gone"
    if old.side == "<":
        narrowed = set(new.type.split("|")) - set(old.type.split("|"))
        if narrowed or (old.required and not new.required):
            return f"{where} may be {new.type}{'' if new.required else ' or missing'} now, was {old.type}"
        return None
    if set(old.type.split("|")) - set(new.type.split("|")):
        return f"{where} takes only {new.type} now, was {old.type}"
    if new.required and not old.required:
        return f"{where} is demanded now"
    if new.values and (not old.values or old.values - new.values):
        return f"{where} takes only {sorted(new.values)} now"
    return None


class _Reader:
    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas = document.get("components", {}).get("schemas", {})

    def operation(self, name: str, operation: dict[str, Any]) -> Iterator[Fact]:
        yield Fact(name, "?", "-")
        for parameter in operation.get("parameters", []):
            types, values = self._types(parameter.get("schema", {}))
            place = f"{parameter['in']}:{parameter['name']}"
            yield Fact(name, "?", place, types, bool(parameter.get("required")), values)
        body = operation.get("requestBody", {})
        for content in body.get("content", {}).values():
            whole = Fact(name, ">", "/", required=bool(body.get("required")))
            yield from self._fields(whole, content.get("schema", {}))
        for status, answer in operation.get("responses", {}).items():
            if status.startswith("2"):
                yield Fact(name, "<", status)
                for content in answer.get("content", {}).values():
                    yield from self._fields(Fact(name, "<", f"{status} /", required=True), content.get("schema", {}))

    def _fields(self, at: Fact, schema: dict[str, Any], depth: int = 0) -> Iterator[Fact]:
        """The fact `at` with the types of its schema, and those of everything within it."""
        types, values = self._types(schema)
        yield replace(at, type=types, values=values)
        base, root = at.place.removesuffix("/"), at.place.endswith("/")
        for kind in self._kinds(schema) if depth < DEEPEST else []:
            for field, inner in kind.get("properties", {}).items():
                need = field in kind.get("required", [])
                yield from self._fields(
                    replace(at, place=f"{base}{'/' if root else '.'}{field}", required=need), inner, depth + 1
                )
            if isinstance(kind.get("items"), dict):
                yield from self._fields(replace(at, place=f"{base}[]", required=False), kind["items"], depth + 1)

    def _kinds(self, schema: dict[str, Any]) -> list[dict[str, Any]]:
        """The schemas which a value may follow, without references."""
        if "$ref" in schema:
            return self._kinds(self.schemas[schema["$ref"].rsplit("/", 1)[1]])
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                return [kind for part in schema[union] for kind in self._kinds(part)]
        return [schema]

    def _types(self, schema: dict[str, Any]) -> tuple[str, frozenset[str]]:
        types: set[str] = set()
        values: set[str] = set()
        for kind in self._kinds(schema):
            named = kind.get("type", "any")
            types.update([named] if isinstance(named, str) else named)
            values.update(str(value) for value in kind.get("enum", [kind["const"]] if "const" in kind else []))
        return "|".join(sorted(types)), frozenset(values)


def recorded(service: str) -> list[Fact]:
    """The facts recorded of a service; none of a new one."""
    path = RECORDS / f"{service}.txt"
    return [parse(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def present(service: str) -> list[Fact]:
    """The facts of the committed OpenAPI document of a service."""
    return surface(json.loads((DOCUMENTS / f"{service}.json").read_text(encoding="utf-8")))


def services() -> list[str]:
    """Every service with an OpenAPI document."""
    return sorted(path.stem for path in DOCUMENTS.glob("*.json"))


def record() -> int:
    """Records what is new, unless something would break: the number of breaks, told on standard error."""
    broken = 0
    for service in services():
        old, new = recorded(service), present(service)
        for reason in breaks(old, new):
            broken += 1
            sys.stderr.write(f"{service}: {reason}\n")
        lines = sorted({fact.key: fact for fact in [*old, *new]}.values(), key=lambda fact: fact.key)
        if not broken:
            RECORDS.mkdir(exist_ok=True)
            (RECORDS / f"{service}.txt").write_text("".join(f"{f.line()}\n" for f in lines), encoding="utf-8")
    return broken


if __name__ == "__main__":
    sys.exit(1 if record() else 0)
