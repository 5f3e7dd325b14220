"""The county's office of the tests of draws, with a plan that is drawn."""

from tests.svc_credit_registry.supervision.inspections.conftest import office

__all__ = ["office"]
