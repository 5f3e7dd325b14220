"""For whom an official acts on a case."""

from shared.auth import Caller
from svc_credit_registry.cases.rules import authority_of


def unit_of(caller: Caller) -> str:
    """The unit of an official: his own, else the authority of his region."""
    return caller.unit or authority_of(str(caller.region))
