"""svc-services: people check and reserve names, apply, follow their case, get a licence and rate the service."""

from fastapi import FastAPI

from shared.app import Service, create_service
from svc_services.applications.routes import router as applications
from svc_services.cases.routes import router as cases
from svc_services.evaluation.routes import router as evaluation
from svc_services.handling.routes import router as handling
from svc_services.items.routes import router as items
from svc_services.licences.routes import router as licences
from svc_services.matters.routes import router as matters
from svc_services.names.routes import router as names
from svc_services.settings import Settings
from svc_services.worker import WORK

SERVICE = Service(
    name="services",
    title="政务服务事项 Service matters",
    description=__doc__,
    # The officials' queue comes before the applicants' /applications/{application_id}.
    routers=[matters, names, handling, cases, applications, licences, evaluation, items],
    work=WORK,
    tags=[
        {"name": "matters", "description": "事项目录与办事指南 Catalogue and guides"},
        {"name": "names", "description": "企业名称 Checks and reservations"},
        {"name": "applications", "description": "申请 Drafts, materials, submission, tracking"},
        {"name": "handling", "description": "办理 Queue, corrections, acceptance, decision"},
        {"name": "licences", "description": "电子营业执照 Licences and their verification"},
        {"name": "evaluation", "description": "好差评 Ratings and follow-ups"},
        {"name": "items", "description": "我的办件 The caller's own cases"},
    ],
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, configured from the environment unless `settings` are given."""
    return create_service(SERVICE, settings or Settings())
