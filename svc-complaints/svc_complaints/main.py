"""svc-complaints: consumers complain (12315), the county unit mediates, the outcome goes on the public record."""

from fastapi import FastAPI

from shared.app import Service, create_service
from svc_complaints.cases.routes import router as cases
from svc_complaints.evaluation.routes import router as evaluation
from svc_complaints.intake.routes import router as intake
from svc_complaints.mediation.routes import router as mediation
from svc_complaints.publicity.routes import router as publicity
from svc_complaints.settings import Settings
from svc_complaints.worker import WORK

SERVICE = Service(
    name="complaints",
    title="投诉 Complaints (12315)",
    description=__doc__,
    routers=[cases, intake, mediation, publicity, evaluation],
    work=WORK,
    tags=[
        {"name": "intake", "description": "投诉与受理 Filing, acceptance, refusal, withdrawal"},
        {"name": "mediation", "description": "调解 Minutes, appraisals, outcome"},
        {"name": "publicity", "description": "公示与异议 Objection and publication"},
        {"name": "evaluation", "description": "评价 Grades and their follow-up"},
        {"name": "cases", "description": "查询 Lists, dates, history, tracking"},
    ],
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, configured from the environment unless `settings` are given."""
    return create_service(SERVICE, settings or Settings())
