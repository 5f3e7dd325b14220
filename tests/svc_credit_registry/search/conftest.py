"""The service under test, shared by the tests of a file."""

from tests.svc_credit_registry.searchable import searched, world

__all__ = ["searched", "world"]
