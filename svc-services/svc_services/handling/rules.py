"""What an official may decide, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.errors import FieldError
from svc_services.cases.rules import Act, State
from svc_services.handling.errors import (
    CorrectionStillOpen,
    ReasonMissing,
    RestrictionInForce,
    RestrictionUnweighed,
)

ACTS = {"granted": Act.GRANT, "refused": Act.REFUSE}


def decision_act(outcome: str, reason: str | None) -> Act:
    """The act which a decision is. A refusal needs reasons (行政许可法第三十八条第二款), else 422."""
    if outcome == "refused" and not reason:
        raise ReasonMissing
    return ACTS[outcome]


def check_correction_is_over(state: State, correction_due_on: date | None, today: date) -> None:
    """While the applicant may still correct, nobody refuses for what is to be corrected (409)."""
    if state is State.CORRECTION_REQUESTED and correction_due_on is not None and today <= correction_due_on:
        detail = f"补正截止 {correction_due_on} / may be corrected until then"
        raise CorrectionStillOpen(detail, due_on=correction_due_on.isoformat())


@dataclass(frozen=True)
class Restriction:
    """A joint measure as it bears on a decision. `certain` is false where only a name is the same."""

    number: str
    name: str
    basis: str
    effect: str
    certain: bool


EFFECTS = ("none", "attention", "restrict", "refuse")


def strongest(effects: Sequence[str]) -> str:
    """The strongest of several effects; "none" without any."""
    return max(effects, key=EFFECTS.index, default=EFFECTS[0])


def weigh(act: Act, reason: str | None, found: Sequence[Restriction]) -> None:
    """Whether a decision may be made in view of what stands against those who apply (国办发〔2020〕49号).

    409 for a grant which a measure forbids, 422 for one which does not say how a measure was weighed. Nobody is
    restricted because he is called like somebody else: what is not certain is only shown.
    """
    if act is not Act.GRANT:
        return
    certain = [r for r in found if r.certain]
    forbidding = [r for r in certain if r.effect == "refuse"]
    if forbidding:
        raise RestrictionInForce(_cited(forbidding), restrictions=[r.number for r in forbidding])
    weighing = [r for r in certain if r.effect == "restrict"]
    if weighing and not reason:
        fault = FieldError("/reason", "required", "请说明考量理由 / say how they were weighed")
        raise RestrictionUnweighed(_cited(weighing), errors=[fault], restrictions=[r.number for r in weighing])


def reason_with(reason: str | None, found: Sequence[Restriction]) -> str | None:
    """The reason of a decision with the measures that bore on it: those who apply learn by what they are held back."""
    bearing = [r for r in found if r.certain and r.effect in ("refuse", "restrict")]
    if not bearing:
        return reason
    return f"{reason or ''}（涉及惩戒措施：{_cited(bearing)}）"


def _cited(found: Sequence[Restriction]) -> str:
    return "；".join(f"{r.number} {r.name}，{r.basis}" for r in found)
