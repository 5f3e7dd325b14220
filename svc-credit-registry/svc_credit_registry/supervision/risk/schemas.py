"""Models, runs, classes and figures as they come in and go out."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.fields import Day
from svc_credit_registry.supervision.risk.rules import Measure, RiskClass, Standing

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000)]
Points = Annotated[int, Field(ge=-100, le=100)]
Least = Annotated[int, Field(ge=0, le=30_000)]
Months = Annotated[int, Field(ge=1, le=240)]


class Body(BaseModel):
    """A request body: unknown members are refused, so a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class IndicatorIn(Body):
    """One indicator: what it measures, and the points for values from each band's least value on."""

    code: Code
    label: Label
    label_en: Label
    measure: Measure
    bands: Annotated[list[tuple[Least, Points]], Field(min_length=1, max_length=20)]
    lowest_class: RiskClass | None = Field(default=None, description="At best this class with a value above 0")
    kind: Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")] | None = Field(default=None, description="Kind of item")
    standing: Standing = Standing.CURRENT
    within_months: Months | None = None
    after_months: Annotated[int, Field(ge=0, le=240)] = 0
    field: Code | None = Field(default=None, description="Only items whose field holds one of `values`")
    values: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] = []
    others: bool = Field(default=False, description="Instead, only items whose field holds none of `values`")
    parts: bool = Field(default=False, description="`values` are parts of words, not whole ones")
    years: Annotated[int, Field(ge=1, le=10)] = Field(default=1, description="How many reports due last are looked at")
    first_year: Annotated[int, Field(ge=0, le=2199)] = Field(default=0, description="Reports before are not missed")
    prefixes: Annotated[list[Annotated[str, Field(pattern=r"^[A-T]\d{0,4}$")]], Field(max_length=100)] = []


class DocumentIn(Body):
    """Lowest score of each class, and the indicators."""

    classes: dict[RiskClass, Annotated[int, Field(ge=0, le=1000)]]
    indicators: Annotated[list[IndicatorIn], Field(min_length=1, max_length=40)]


class ModelIn(Body):
    """A new version of the model; it takes effect on a day to come and is never edited."""

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    since: Day
    basis: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500)]
    document: DocumentIn


class ModelOut(BaseModel):
    """A published version with its weights and thresholds."""

    model_config = ConfigDict(from_attributes=True)

    version: str
    since: date = Field(description="The first day on which runs use it, until the next version begins")
    basis: str
    digest: str = Field(description="SHA-256 of `document` in canonical JSON (sorted keys, no spaces, UTF-8)")
    published_at: datetime
    document: dict[str, Any]


class RunIn(Body):
    """A classification outside the monthly one, of one region or (without) of the unit's own."""

    region: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    reason: Reason


class RiskRunOut(BaseModel):
    """A run: how far it is, and what it changed."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    kind: str = Field(description="monthly, ad_hoc, or joined: those who came into the register in a month")
    month: date
    region: str | None
    model: str
    as_of: date = Field(description="The day by which ages and terms are counted")
    cutoff: datetime = Field(description="Only what stood on the record at this instant counts")
    state: str = Field(description="running or finished")
    position: str = Field(description="The last credit code that was done; the run resumes behind it")
    entities: int
    changed: int = Field(description="How many entities came into another class than before")
    reason: str | None
    started_at: datetime
    finished_at: datetime | None


class FoundOut(BaseModel):
    """One indicator of an entity: its value, the points for it, and the bands they come from."""

    code: str
    label: str
    value: int
    points: int
    bands: list[tuple[int, int]]
    lowest_class: RiskClass | None = Field(description="The class this value does not let the entity rise above")


class RiskChangeOut(BaseModel):
    """A change of class; `risk_class` is absent when the entity left the register."""

    model_config = ConfigDict(from_attributes=True)

    changed_on: date
    before: str | None
    risk_class: str | None
    score: int | None
    model: str
    reasons: list[FoundOut] = Field(default=[], description="The indicators which had points then")


class RiskOut(BaseModel):
    """The class of an entity, explained: each indicator's value and points."""

    code: str
    risk_class: RiskClass
    label: str
    score: int
    since: date = Field(description="The day of the run which put the entity in this class")
    as_of: date = Field(description="The day of the record to which the values belong")
    model: str
    thresholds: dict[RiskClass, int]
    indicators: list[FoundOut]
    history: list[RiskChangeOut] = Field(description="Every change of class, the latest first")
    basis: str
    note: str


class ShareOut(BaseModel):
    """How many of how many; `classes` is absent for fewer entities than may be told apart."""

    key: str
    label: str | None
    entities: int | None
    classes: dict[RiskClass, int] | None = Field(description="Absent where there are too few entities to tell them")


class DistributionOut(BaseModel):
    """The classes of a month in figures, for the region as a whole, the regions below it, and by industry."""

    definition: str
    month: date
    as_of: date
    model: str
    computed_at: datetime
    minimum_shown: int = Field(description="Below this number of entities figures by class are withheld")
    whole: ShareOut
    regions: list[ShareOut]
    industries: list[ShareOut] = Field(description="By section of GB/T 4754; for the nation only")
