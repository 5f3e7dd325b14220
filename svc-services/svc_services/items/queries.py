"""A person's applications and reservations as one list."""

from typing import Any

from sqlalchemy import Subquery, false, literal, select, union_all

from shared.auth import Caller
from svc_services.cases.models import Application
from svc_services.cases.queries import owned_by
from svc_services.cases.rules import State
from svc_services.evaluation.models import Evaluation
from svc_services.names.models import NameReservation
from svc_services.names.rules import ReservationState

APPLICATION, RESERVATION = "application", "name_reservation"
OVER = (State.REFUSED, State.WITHDRAWN)


def items_of(caller: Caller) -> Subquery:
    """All cases of the caller, or of the enterprise for which he acts, as rows of one shape: kind, id, number, two
    titles, state, due_on, when, and whether it was rated."""
    return union_all(_applications(caller), _reservations(caller)).subquery("items")


def _applications(caller: Caller) -> Any:
    evaluated = select(Evaluation.id).where(Evaluation.application_id == Application.id).exists()
    return select(
        literal(APPLICATION).label("kind"),
        Application.id,
        Application.number,
        Application.matter_name.label("title"),
        Application.matter_name_en.label("title_en"),
        Application.state,
        Application.due_on,
        Application.created_at,
        Application.updated_at,
        evaluated.label("evaluated"),
    ).where(owned_by(caller))


def _reservations(caller: Caller) -> Any:
    """Names that are kept and on which no application rests: with one, the application is the case."""
    used = select(Application.id).where(
        Application.reservation_id == NameReservation.id, Application.state.not_in(OVER)
    )
    return select(
        literal(RESERVATION).label("kind"),
        NameReservation.id,
        NameReservation.number,
        NameReservation.name.label("title"),
        NameReservation.name.label("title_en"),
        NameReservation.state,
        NameReservation.reserved_until.label("due_on"),
        NameReservation.created_at,
        NameReservation.updated_at,
        false().label("evaluated"),
    ).where(
        NameReservation.holder_id == caller.subject, NameReservation.state == ReservationState.RESERVED, ~used.exists()
    )
