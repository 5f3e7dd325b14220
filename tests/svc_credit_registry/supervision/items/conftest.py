"""The same people and the same running service as for annual reports."""

from tests.svc_credit_registry.reporting.filings.conftest import filings

__all__ = ["filings"]
