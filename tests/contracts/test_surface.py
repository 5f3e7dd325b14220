"""No caller is broken by accident: what the API offered once it still offers."""

from typing import Any

import pytest

from tests.contracts.surface import Fact, breaks, parse, present, recorded, services, surface

OPERATION = "POST /v1/things"


def of(**changes: Any) -> list[Fact]:
    """The surface of a small service, with changes to its one operation."""
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "kind": {"enum": ["a", "b"], "type": "string"}},
        "required": ["name"],
    }
    body = {"required": True, "content": {"application/json": {"schema": changes.pop("body", schema)}}}
    answer = {"content": {"application/json": {"schema": changes.pop("answer", schema)}}}
    operation = {"parameters": [], "requestBody": body, "responses": {"201": answer}} | changes
    return surface({"paths": {"/v1/things": {"post": operation}}})


def body(**properties: Any) -> dict[str, Any]:
    required = properties.pop("required", ["name"])
    return {"type": "object", "properties": {"name": {"type": "string"}} | properties, "required": required}


KIND = {"enum": ["a", "b"], "type": "string"}
QUERY = {"in": "query", "name": "q", "schema": {"type": "string"}}


@pytest.mark.parametrize("service", services())
def test_nothing_that_was_offered_is_broken(service: str) -> None:
    assert not breaks(recorded(service), present(service))


@pytest.mark.parametrize("service", services())
def test_everything_offered_is_recorded(service: str) -> None:
    """`make openapi` records it."""
    known = set(recorded(service))
    assert not [fact.line() for fact in present(service) if fact not in known]


@pytest.mark.parametrize("service", services())
def test_records_read_as_they_are_written(service: str) -> None:
    assert all(parse(fact.line()) == fact for fact in present(service))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"body": body(kind={"type": "string", "enum": ["a"]})}, "takes only ['a']"),
        ({"body": body(kind=KIND, required=["name", "kind"])}, "/kind is demanded"),
        ({"body": body(kind=KIND, size={"type": "integer"}, required=["name", "size"])}, "/size is demanded"),
        ({"body": body()}, "/kind is gone"),
        ({"body": body(kind={"type": "integer"})}, "takes only integer"),
        ({"answer": body()}, "/kind is gone"),
        ({"answer": body(kind=KIND, required=[])}, "or missing"),
        ({"answer": body(kind=KIND, name={"type": ["string", "null"]})}, "may be null|string"),
        ({"parameters": [QUERY | {"required": True}]}, "query:q is demanded"),
        ({"responses": {"200": {}}}, "< 201 is gone"),
    ],
)
def test_a_break_is_seen(change: dict[str, Any], told: str) -> None:
    assert any(told in reason for reason in breaks(of(), of(**change)))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"parameters": [QUERY]},
        {"body": body(kind={"type": "string"})},
        {"body": body(kind=KIND, required=[])},
        {"body": body(kind=KIND, size={"type": "integer"})},
        {"answer": body(kind={"type": "string", "enum": ["a", "b", "c"]}, size={"type": "integer"})},
    ],
)
def test_an_addition_breaks_nobody(change: dict[str, Any]) -> None:
    assert not breaks(of(), of(**change))


def test_a_removed_operation_is_seen() -> None:
    assert breaks(of(), [])
