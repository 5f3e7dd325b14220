"""The parts of an enterprise's public record of which the feed speaks, beside the kinds of record items."""

REGISTRATION = "registration"
"""The registered facts: name, status, address and what else the registrar answers for."""
