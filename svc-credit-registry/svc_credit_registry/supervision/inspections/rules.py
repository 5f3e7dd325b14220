"""Random inspection (双随机、一公开): what a plan must hold to, and the draw, which anyone can repeat.

The draw is written out in docs/registry-supervision.md and once more, for outsiders, in docs/verify_draw.py. Whoever
changes a step here gives `ALGORITHM` a new name and leaves the old one readable.
"""

import hashlib
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.errors import FieldError
from shared.terms import OWN_RULE, Term, in_force
from svc_credit_registry.supervision.inspections.errors import (
    EntropyKnown,
    EntropyUnfit,
    PlanState,
    PlanUnfit,
    PoolEmpty,
)

ALGORITHM = "yiwang-draw-1"
CLASSES = ("A", "B", "C", "D")
WITHOUT_CLASS = "B"
"""Entities which no run has classified yet are drawn like those of ordinary risk."""
DRAW = Term(
    "draw", 5, OWN_RULE, note="自锁定名录库或者公开随机数产生之日起 / from the freeze, or the day of the number"
)
WHOLE = 10_000
"""Ratios are whole basis points: 300 is 3 %, 10,000 is all."""

LEAST_ENTITIES = 2
"""A pool of one entity names it: nothing is drawn from it."""
SPARE_INSPECTORS = 1
"""By how many the inspectors of a pool must exceed those of one task: else who inspects is known beforehand."""
MOST_REPLACEMENTS = 2
"""How many inspectors of one task its own unit may replace; who withdraws himself is not counted."""


@dataclass(frozen=True)
class Law:
    """What the law demands of random inspections from `since` on; ratios in basis points."""

    since: date
    basis: str
    least_ratio: int
    inspectors: int
    inspectors_basis: str
    publication: Term
    confirmed: bool = True
    note: str = ""


_MEASURE = "《企业公示信息抽查暂行办法》（工商总局令第67号）"
LAWS: tuple[Law, ...] = (
    Law(
        since=date(2014, 10, 1),
        basis=f"{_MEASURE}第四条：随机抽取确定检查的企业不少于辖区内企业的3%；《企业信息公示暂行条例》第十四条",
        least_ratio=300,
        inspectors=2,
        inspectors_basis="《行政处罚法》第四十二条：执法人员不得少于两人",
        publication=Term(
            "publication", 20, f"{_MEASURE}第十条：检查结果自检查结束之日起20个工作日内公示", False,
            "条次尚待第二来源证实 / the number of the article awaits a second source",
        ),
        note="实践中多为5%，比例由各计划在不低于3%的范围内确定 / 5 % is usual, the plan may set more than 3 %",
    ),
)  # fmt: skip


def law_on(day: date) -> Law:
    """The law of a plan's first day."""
    return in_force(LAWS, max(day, LAWS[0].since))


class InspectionState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    FROZEN = "frozen"
    DRAWN = "drawn"
    CANCELLED = "cancelled"


STATE_LABELS: dict[InspectionState, tuple[str, str]] = {
    InspectionState.DRAFT: ("拟定", "Draft"),
    InspectionState.PUBLISHED: ("已公布", "Published"),
    InspectionState.FROZEN: ("名录库已锁定", "Pools frozen, seed committed"),
    InspectionState.DRAWN: ("已抽取", "Drawn"),
    InspectionState.CANCELLED: ("已作废", "Cancelled"),
}


def check_state(state: str, wanted: Collection[InspectionState]) -> None:
    """Refuses an act for which the plan is too early or too late (409)."""
    if state not in wanted:
        raise PlanState(f"{STATE_LABELS[InspectionState(state)][0]} / {state}", state=state, wanted=sorted(wanted))


def check_plan(law: Law, ratios: Mapping[str, int], each: int, period: tuple[date, date]) -> None:
    """Refuses ratios under the floor, or lower for a higher risk; too few inspectors; a period that ends first."""
    faults = []
    values = [ratios[name] for name in CLASSES]
    if min(values) < law.least_ratio:
        faults.append(
            FieldError("/ratios", "below_floor", f"不得低于{law.least_ratio / 100:g}% / the floor: {law.basis}")
        )
    if values != sorted(values):
        faults.append(FieldError("/ratios", "not_rising", "风险越高比例不得越低 / a higher risk is not drawn less"))
    if each < law.inspectors:
        faults.append(FieldError("/inspectors_each", "too_few", law.inspectors_basis))
    if period[1] < period[0]:
        faults.append(FieldError("/period_until", "before_from", "终日早于始日 / ends before it begins"))
    if faults:
        raise PlanUnfit(errors=faults)


def check_pools(entities: int, inspectors: int, each: int) -> None:
    """Refuses (409) pools which leave nothing to chance: a single entity, or no more inspectors than a task takes."""
    least = each + SPARE_INSPECTORS
    if entities < LEAST_ENTITIES or inspectors < least:
        raise PoolEmpty(
            f"企业不少于{LEAST_ENTITIES}户，检查人员不少于{least}名 / entities and inspectors that are needed",
            entities=entities, inspectors=inspectors, least_entities=LEAST_ENTITIES, least_inspectors=least,
        )  # fmt: skip


def check_announcement(source: str | None, known_on: date | None, today: date) -> None:
    """A plan announces a public number together with the day on which it becomes known, a day to come (422)."""
    if (source is None) != (known_on is None):
        message = "公开随机数须同时写明来源和产生日期 / its source and its day belong together"
        raise PlanUnfit(errors=[FieldError("/entropy_from" if source else "/entropy_source", "required", message)])
    if known_on is not None and known_on <= today:
        raise PlanUnfit(errors=[FieldError("/entropy_from", "known", "须在今日之后 / a day to come")])


def check_unknown(known_on: date | None, today: date) -> None:
    """Refuses (409) to freeze on the day of the announced number, or later: the seed might be chosen to fit it."""
    if known_on is not None and known_on <= today:
        raise EntropyKnown(f"{known_on}")


def draw_by(frozen_on: date, known_on: date | None) -> date:
    """The last day for the draw: who may wait as long as he likes could leave undone a draw that he does not like."""
    return DRAW.deadline(max(frozen_on, known_on) if known_on else frozen_on).due_on


def check_entropy(source: str | None, not_before: date | None, entropy: str | None, today: date) -> str:
    """The public entropy of a draw: the announced one on or after its day, or none where none was announced."""
    if source is None:
        if entropy:
            raise EntropyUnfit("计划未公告公开随机数 / none was announced")
        return ""
    if not entropy or (not_before is not None and today < not_before):
        raise EntropyUnfit(f"{source}，{not_before}起 / announced, from that day on", source=source)
    return entropy


def take(size: int, ratio: int) -> int:
    """How many of `size` a ratio in basis points draws: rounded up, so never less than the ratio."""
    return min(size, -(-size * ratio // WHOLE))


def salt_of(blind: bytes, code: str) -> bytes:
    """The salt of an entity in a plan; only the entity, supervisors and, once drawn, everybody learns it."""
    return hashlib.sha256(blind + code.encode()).digest()


def token_of(salt: bytes, code: str) -> bytes:
    """What stands for an entity in the published pool, so that its risk class is not published with its code."""
    return hashlib.sha256(salt + code.encode()).digest()


def commitment_of(seed: bytes) -> str:
    """What is published of the seed before the draw: SHA-256 of its 32 bytes."""
    return hashlib.sha256(seed).hexdigest()


def key_of(number: str, seed: bytes, entropy: str) -> bytes:
    """The key of a draw, from the plan's number, the seed in hex and the public entropy, each on a line."""
    return hashlib.sha256(f"{ALGORITHM}\n{number}\n{seed.hex()}\n{entropy}\n".encode()).digest()


def ticket_of(key: bytes, token: bytes) -> bytes:
    """The ticket by which an entity's token is ranked within its class."""
    return hashlib.sha256(key + token).digest()


def digest_of(lines: Iterable[str]) -> str:
    """SHA-256 of sorted lines, each ended by a line feed: as `sha256sum` of the published file."""
    return hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()


def drawn(key: bytes, pool: Iterable[tuple[bytes, str]], takes: Mapping[str, int]) -> list[bytes]:
    """The tokens drawn: within each class those with the lowest tickets; all of them in the order of tickets."""
    groups: dict[str, list[tuple[bytes, bytes]]] = {}
    for token, stratum in pool:
        groups.setdefault(stratum, []).append((ticket_of(key, token), token))
    chosen = [one for stratum, group in groups.items() for one in sorted(group)[: takes[stratum]]]
    return [token for _, token in sorted(chosen)]


def deal(
    key: bytes,
    tokens: Sequence[bytes],
    certificates: Sequence[str],
    each: int,
    excluded: Mapping[bytes, Collection[str]],
) -> list[list[str]]:
    """The inspectors of each drawn entity, `each` of them where so many have no conflict.

    A shuffled deck of all inspectors is dealt out; who has a conflict is passed over and stays on top for the next
    entity; an empty deck is followed by another, shuffled anew. So the load differs by what conflicts demand at most.
    """
    deck: deque[str] = deque()
    rounds, dealt = 0, []
    for token in tokens:
        barred = set(excluded.get(token, ()))
        wanted = min(each, len(set(certificates) - barred))
        given: list[str] = []
        passed: list[str] = []
        while len(given) < wanted:
            if not deck:
                rounds += 1
                deck.extend(shuffled(key, certificates, b"round%d" % rounds))
            top = deck.popleft()
            (passed if top in barred or top in given else given).append(top)
        deck.extendleft(reversed(passed))
        dealt.append(given)
    return dealt


def shuffled(key: bytes, certificates: Iterable[str], label: bytes) -> list[str]:
    """Certificates in the order of SHA-256(key, label, line feed, certificate)."""
    return sorted(certificates, key=lambda one: (hashlib.sha256(key + label + b"\n" + one.encode()).digest(), one))


def substitute(key: bytes, token: bytes, certificates: Iterable[str], barred: Collection[str]) -> str | None:
    """Who takes the place of an inspector who may not inspect an entity: the first in order without a conflict."""
    return next((one for one in shuffled(key, certificates, b"substitute" + token) if one not in barred), None)
