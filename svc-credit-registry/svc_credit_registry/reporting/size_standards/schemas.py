"""The standard as data, and a classification with its reasons."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.fields import Day


class SizeFactsIn(BaseModel):
    """What is known of an enterprise; a figure that is left out is taken as unknown."""

    model_config = ConfigDict(extra="forbid")

    industry_code: Annotated[str, Field(max_length=5, examples=["C151"], description="GB/T 4754-2017")]
    employees: Annotated[int, Field(ge=0, le=10**7)] | None = Field(default=None, examples=[35])
    revenue_yuan: Annotated[Decimal, Field(ge=0, le=10**16)] | None = Field(default=None, examples=["12000000.00"])
    assets_yuan: Annotated[Decimal, Field(ge=0, le=10**16)] | None = Field(default=None, examples=["8000000.00"])
    day: Day | None = Field(default=None, description="By the standard of that day; today without")


class JudgedOut(BaseModel):
    """One indicator: its value, its class, and the limits."""

    group: str
    group_label: str
    indicator: str
    indicator_label: str
    value: Decimal | None
    size: str | None
    reason: str


class SizeOut(BaseModel):
    """The size, or why it can't be told."""

    size: str | None
    size_label: str | None
    undetermined: str | None = Field(description="industry_outside, industry_too_broad or figures_missing")
    standard: str
    basis: str
    indicators: list[JudgedOut]


class LimitOut(BaseModel):
    """Lower limits of one indicator, in persons or yuan; a value at the limit belongs to the class above."""

    indicator: str
    indicator_label: str
    small: int
    medium: int
    large: int


class GroupOut(BaseModel):
    """A group of industries with its limits."""

    key: str
    label: str
    industry_codes: list[str]
    limits: list[LimitOut]


class StandardOut(BaseModel):
    """The whole standard of a day."""

    version: str
    since: date
    basis: str
    note: str
    rule: str
    groups: list[GroupOut]
    outside: dict[str, str]
