"""Enumerations as they go out: always in both languages, whatever the reader prefers."""

from pydantic import BaseModel, Field


class ValueOut(BaseModel):
    """One value a field may take."""

    value: str
    label: str
    label_en: str


class EnumerationOut(BaseModel):
    """An enumeration with all its values in their order."""

    name: str
    label: str
    label_en: str
    values: list[ValueOut]
    url: str = Field(description="Where it is served; regions and industries have lists of their own")


class EnumerationList(BaseModel):
    """All enumerations."""

    items: list[EnumerationOut]
