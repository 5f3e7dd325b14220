"""Facts of svc-disclosure."""

import uuid
from datetime import date
from typing import ClassVar

from shared.events.envelope import Event


class ArticlePublishedV1(Event):
    """An item of government information is public under its index number."""

    TYPE: ClassVar[str] = "disclosure.article.published.v1"
    KEY: ClassVar[str] = "article_id"

    article_id: uuid.UUID
    column: str
    title: str
    index_number: str
    published_on: date


class ArticleWithdrawnV1(Event):
    """A published item was withdrawn; its text stays readable with a notice."""

    TYPE: ClassVar[str] = "disclosure.article.withdrawn.v1"
    KEY: ClassVar[str] = "article_id"

    article_id: uuid.UUID
    index_number: str
    reason: str
