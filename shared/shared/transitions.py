"""The whole course of a case as one table: from which state which act leads where. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar, cast

from shared.errors import DomainError

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True)
class TransitionTable(Generic[S, A]):
    """What is not listed is refused.

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
