"""Who may call what, written down by hand: the code is compared with this, not made from it.

An operation stands on the line of those who may call it; what no line names is a surprise.
"""

import re
from dataclasses import dataclass

EVERYONE, LOGGED_IN, PEOPLE = "everyone", "logged-in", "people"
ANONYMOUS = "anonymous"
AGENCIES = {
    "agency": ("gateway:webhooks:manage",),
    "producer": ("credit-registry:records:push",),
    "data_user": ("credit-registry:resources:request", "credit-registry:stream:follow"),
    "department": ("credit-registry:restrictions:check", "credit-registry:leads:report"),
}
"""Kinds of systems of agencies, with what each may do beside keeping its own client."""


@dataclass(frozen=True)
class Rule:
    """`who` may call the operations whose "METHOD path" matches `pattern`."""

    who: frozenset[str]
    pattern: re.Pattern[str]

    def lets(self, caller: str) -> bool:
        """Whether `caller` may call."""
        if EVERYONE in self.who:
            return True
        if caller in self.who or (LOGGED_IN in self.who and caller != ANONYMOUS):
            return True
        return PEOPLE in self.who and caller != ANONYMOUS and caller not in AGENCIES


def rules_of(text: str) -> list[Rule]:
    """The rules of a table: who, a colon, METHOD path; `{}` stands for one part of a path, `*` for the rest."""
    rules = []
    for line in text.strip().splitlines():
        if line.strip() and not line.startswith("#"):
            who, _, operation = line.partition(":")
            pattern = re.escape(operation.strip()).replace(r"\{\}", "[^/]+").replace(r"\*", ".*")
            rules.append(Rule(frozenset(who.split()), re.compile(f"^{pattern}$")))
    return rules


def rule_of(rules: list[Rule], method: str, path: str) -> Rule | None:
    """The first rule for an operation."""
    named = f"{method} {path}"
    return next((rule for rule in rules if rule.pattern.match(named)), None)
