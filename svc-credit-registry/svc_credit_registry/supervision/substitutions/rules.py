"""When an inspector leaves a task, and who takes his place. Pure.

The place goes to the next one in an order which follows from the seed of the draw, so nobody chooses a successor. What
could still steer it is replacing again and again until a wished name comes. Therefore each replacement has a ground of
a closed list, which the register must show; the unit itself has two of them for a task; and all are published with who
was passed over and why. `docs/verify_draw.py` repeats the whole chain.
"""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from shared.terms import OWN_RULE
from svc_credit_registry.supervision.inspections.rules import MOST_REPLACEMENTS
from svc_credit_registry.supervision.substitutions.errors import ReplacementsExhausted, ReplacementUnfounded

LIMIT_BASIS = f"同一检查任务，本单位更换检查人员不超过{MOST_REPLACEMENTS}人次，此后由上级单位更换（{OWN_RULE}）"


class FindingGround(StrEnum):
    """Why an inspector leaves a task."""

    CONFLICT = "conflict"
    ABSENCE = "absence"
    LEFT_OFFICE = "left_office"


class LeaveBy(StrEnum):
    """On whose word: his own, that of a planner of the unit, or of a unit above it."""

    INSPECTOR = "inspector"
    PLANNER = "planner"
    SUPERIOR = "superior"


class Passed(StrEnum):
    """Why somebody can't take a place: he is or was on the task, has a conflict with the entity, or is not drawn."""

    ON_TASK = "on_task"
    DECLARED = "declared"
    RECENT = "recent"
    EXCLUDED = "excluded"
    INACTIVE = "inactive"


@dataclass(frozen=True)
class Leaving:
    """What the register shows of who leaves: dealt to the task by the draw, in conflict with it, drawn any more."""

    was_dealt: bool
    has_conflict: bool
    is_active: bool


def check_leave(by: LeaveBy, ground: FindingGround, leaving: Leaving, replaced: int) -> None:
    """Refuses (409) a replacement by others which the register does not bear out, or one too many; `replaced` is how
    many they have replaced on this task.

    An inspector answers for his own withdrawal. Absence carries nobody out who came in as a substitute, but by word of
    a superior: by it a unit could go on until it likes the name. A superior is bound where nothing but his word counts.
    """
    if by is LeaveBy.INSPECTOR:
        return
    bound = by is LeaveBy.PLANNER or ground is FindingGround.ABSENCE
    if bound and replaced >= MOST_REPLACEMENTS:
        raise ReplacementsExhausted(LIMIT_BASIS, most=MOST_REPLACEMENTS)
    faults = {
        FindingGround.CONFLICT: (leaving.has_conflict, "须先登记利害关系 / declare the relation first"),
        FindingGround.LEFT_OFFICE: (not leaving.is_active, "须先停止其参加抽取 / take him out of draws first"),
        FindingGround.ABSENCE: (
            leaving.was_dealt or by is LeaveBy.SUPERIOR,
            "替换进入的人员不得以缺勤再次更换 / a substitute is not replaced for absence, but by a superior",
        ),
    }
    holds, fault = faults[ground]
    if not holds:
        raise ReplacementUnfounded(fault, ground=ground.value)


def passed_over(
    pool: Collection[str], grounds: Mapping[Passed, Set[str]], active: Collection[str]
) -> dict[str, Passed]:
    """Whom of the pool the order passes over, by the first ground that holds for him."""
    found = {certificate: Passed.INACTIVE for certificate in pool if certificate not in active}
    for ground in reversed(Passed):
        found |= dict.fromkeys(grounds.get(ground, frozenset()) & set(pool), ground)
    return dict(sorted(found.items()))
