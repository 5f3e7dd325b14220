"""The service under test, shared by the tests of a file."""

from tests.svc_credit_registry.emptied import shared_world, world

__all__ = ["shared_world", "world"]
