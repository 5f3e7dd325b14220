"""What the contents of all record items have in common."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.codes import identity

Words = Annotated[str, Field(min_length=1, max_length=300)]
Text = Annotated[str, Field(min_length=1, max_length=5000)]
Yuan = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=2)]
PERSONAL_DATA = "公示信息不得含有身份号码 (no resident identity numbers)"
_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def _is_identity_number(text: str) -> bool:
    try:
        identity.parse(text)
    except identity.InvalidIdentityNumber:
        return False
    return True


def holds_identity_number(text: str) -> bool:
    """Whether a resident identity number stands in `text`: the public record holds none."""
    return any(_is_identity_number(number) for number in _ID_NUMBER.findall(text))


def _refuse_identity_number(text: str) -> str:
    if holds_identity_number(text):
        raise PydanticCustomError("personal_data", PERSONAL_DATA)
    return text


Unidentified = Annotated[str, AfterValidator(_refuse_identity_number)]
"""What officers write and the record shows beside the contents of its items."""


class Content(BaseModel):
    """What all kinds have in common: unknown fields and resident identity numbers are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _no_identity_number(cls, given: Any) -> Any:
        if any(holds_identity_number(text) for text in _texts(given)):
            raise PydanticCustomError("personal_data", PERSONAL_DATA)
        return given
