"""What cases of every kind have in common: a table of states that holds the whole course of one, and who acts. Pure."""

from shared.transitions import TransitionTable

__all__ = ["TransitionTable", "authority_of"]


def authority_of(region: str) -> str:
    """The market authority of a region (GB/T 2260, six digits), as units are named: AMR-421303."""
    return f"AMR-{region}"
