"""The service, started once for the tests of a module, its worker at rest."""

from tests.svc_credit_registry.lists.conftest import desk

__all__ = ["desk"]
