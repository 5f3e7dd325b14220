"""The county's office of the tests of draws, with a plan that is drawn."""

from tests.svc_credit_registry.inspections.conftest import office  # noqa: F401 - a fixture
from tests.svc_credit_registry.risk.conftest import still  # noqa: F401 - a fixture
