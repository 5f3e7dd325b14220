"""Enumerations as they go out, with labels in both languages."""

from pydantic import BaseModel, Field


class RegionOut(BaseModel):
    """A region of GB/T 2260."""

    code: str = Field(examples=["421303"])
    name: str = Field(examples=["曾都区"])
    full_name: str = Field(examples=["湖北省随州市曾都区"])
    name_en: str = Field(description="In Hanyu Pinyin", examples=["Zengdu Qu"])
    level: str = Field(examples=["county"])
    parent: str | None
    has_children: bool


class RegionList(BaseModel):
    """The regions below one region."""

    items: list[RegionOut]


class IndustryOut(BaseModel):
    """An entry of GB/T 4754-2017."""

    code: str = Field(examples=["C151"])
    label: str = Field(examples=["酒的制造"])
    label_en: str = Field(examples=["Liquor"])
    parent: str | None
    has_children: bool


class IndustryList(BaseModel):
    """Entries of the classification."""

    items: list[IndustryOut]
