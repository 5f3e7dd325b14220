"""The application of svc-disclosure."""

from fastapi import FastAPI

from shared.app import Service, create_service
from shared.events.disclosure import ArticlePublishedV1, ArticleWithdrawnV1
from shared.inbox import Work
from svc_disclosure.articles.routes import router as articles
from svc_disclosure.catalogue.routes import router as catalogue
from svc_disclosure.columns.routes import router as columns
from svc_disclosure.publication.handlers import publish_registration
from svc_disclosure.publication.routes import router as publication
from svc_disclosure.settings import Settings

SERVICE = Service(
    name="disclosure",
    title="政府信息公开 Government information disclosure",
    description="Columns, articles with review and approval, the public catalogue.",
    routers=[columns, catalogue, articles, publication],
    work=Work(handlers=[publish_registration], publishes=[ArticlePublishedV1, ArticleWithdrawnV1]),
    tags=[
        {"name": "columns", "description": "栏目: where articles appear and how current each place is"},
        {"name": "articles", "description": "信息: from draft through review and approval to the public"},
        {"name": "catalogue", "description": "政府信息公开目录: everything published, as a stream or a feed"},
    ],
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; without settings given they come from the environment."""
    return create_service(SERVICE, settings or Settings())
