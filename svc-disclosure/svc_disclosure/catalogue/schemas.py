"""Query of the catalogue's export."""

from typing import Literal

from pydantic import Field

from svc_disclosure.articles.schemas import ArticleFilters

Form = Literal["ndjson", "csv"]


class ExportFilters(ArticleFilters):
    """The filters of the list, and the form of the answer."""

    form: Form = Field(default="ndjson", alias="format")
