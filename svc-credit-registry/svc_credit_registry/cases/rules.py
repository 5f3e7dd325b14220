"""What cases of every kind have in common: a table of states that holds the whole course of one, and who acts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar, cast

from shared.errors import DomainError

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True)
class TransitionTable(Generic[S, A]):
    """From which state which act leads where; what is not listed is refused.

    `labels` name each state in Chinese and in English, `refusal` is the class (409) which the kind of case raises.
    """

    steps: Mapping[tuple[S, A], S]
    labels: Mapping[S, tuple[str, str]]
    refusal: type[DomainError]

    def after(self, state: str, act: A) -> S:
        """The state which follows `act`; raises `refusal`, which names both, when the table does not list it."""
        present = cast("S", state)
        following = self.steps.get((present, act))
        if following is None:
            zh, en = self.labels[present]
            raise self.refusal(f"当前状态：{zh} / present state: {en}", state=str(state), act=str(act))
        return following


def authority_of(region: str) -> str:
    """The market authority of a region (GB/T 2260, six digits), as units are named: AMR-421303."""
    return f"AMR-{region}"
