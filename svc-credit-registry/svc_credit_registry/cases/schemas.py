"""Shaping answers about cases of every kind."""

from functools import cache
from typing import Any

from pydantic import BaseModel

from shared.db import Base


def copied(row: Base, shape: type[BaseModel]) -> dict[str, Any]:
    """What the answer `shape` and the row have in common by name, to be completed by what is computed."""
    return {name: getattr(row, name) for name in _common(type(row), shape)}


@cache
def _common(model: type[Base], shape: type[BaseModel]) -> tuple[str, ...]:
    return tuple(sorted(shape.model_fields.keys() & model.__table__.columns.keys()))
