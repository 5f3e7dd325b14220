"""The same people and the same running service as for the lists."""

from tests.svc_credit_registry.listing.lists.conftest import desk, settings_of_module

__all__ = ["desk", "settings_of_module"]
