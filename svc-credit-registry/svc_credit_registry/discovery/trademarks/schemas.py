"""What everybody may see of a trademark."""

import uuid
from datetime import date

from pydantic import BaseModel, Field


class TrademarkOut(BaseModel):
    """A trademark with its holder; `item_url` is where the record says who produced it and on what it rests."""

    id: uuid.UUID = Field(description="Of the item on the record")
    number: str = Field(description="Of the registration (注册号)")
    mark: str
    classes: list[int] = Field(description="Classes of goods and services by the Nice Agreement, 1 to 45")
    goods: str | None
    state: str
    state_label: str
    registered_on: date
    valid_until: date | None
    code: str = Field(description="The holder's unified social credit code")
    holder: str = Field(description="The holder's present name")
    item_url: str
