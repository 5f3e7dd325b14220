"""What a search finds, as it goes out."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from shared.http import Page
from svc_credit_registry.record.enterprises.schemas import EnterpriseSummary


class FormerNameOut(BaseModel):
    """A name borne before."""

    name: str
    valid_until: date


class EnterpriseHit(EnterpriseSummary):
    """An enterprise in a list, and why it is there."""

    match: str | None = Field(
        description="exact, prefix, inside, former_name, sound, initials or code; absent where nothing was searched for"
    )
    former_name: FormerNameOut | None = Field(description="The name borne before that holds the text searched for")
    on_lists: list[str] = Field(description="abnormal_operation and serious_violation, where it is listed now")


class SuggestionOut(BaseModel):
    """Another text that finds something: offered, never searched for in place of what was asked."""

    model_config = ConfigDict(from_attributes=True)

    text: str = Field(examples=["红光酒业"])
    reason: str = Field(description="same_sound, swapped, replaced, missing or surplus character")
    count: int = Field(description="How many names hold it")


class EnterpriseHits(Page[EnterpriseHit]):
    """One page of a list; `did_you_mean` is only there when nothing was found."""

    did_you_mean: list[SuggestionOut] = Field(default_factory=list)


class FacetValue(BaseModel):
    """How many of what was found have a value."""

    value: str
    label: str
    label_en: str
    count: int


class FacetsOut(BaseModel):
    """What was found, counted by what lists can be narrowed to. Values which nothing has are left out."""

    count: int
    status: list[FacetValue]
    region: list[FacetValue] = Field(description="The regions directly below the one asked for")
    industry: list[FacetValue] = Field(description="The sections, or the divisions of the section asked for")
    organisation_form: list[FacetValue]
    established_year: list[FacetValue]
    on_list: list[FacetValue]


class Suggestions(BaseModel):
    """Texts that somebody may have meant, the likeliest first."""

    items: list[SuggestionOut]
