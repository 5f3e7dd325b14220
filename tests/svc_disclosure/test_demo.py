"""The demo content is there once, however often it is loaded."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select

from svc_disclosure import demo
from svc_disclosure.articles.models import Article
from tests.support.apps import ServiceClient


async def test_demo_content_is_published_once(
    service_app: Callable[..., Awaitable[ServiceClient]], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await service_app("disclosure")
    monkeypatch.setenv("DISCLOSURE_DATABASE_URL", client.settings.database)
    for _ in range(2):
        await demo.main()
    async with client.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Article)) == len(demo.ARTICLES)
