"""Whose a pushed record is: by code, or failing that by name, with a confidence; the doubtful waits for a person. Pure.

No statute says how records are joined to enterprises: these rows are rules of this platform, dated like law, so that a
record keeps the rule of its day. 一数一源 (国发〔2016〕51号) asks that a record reach the right enterprise or none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.codes import credit_code
from shared.terms import OWN_RULE, in_force
from svc_credit_registry.record.wording.rules import fold


class Method(StrEnum):
    """How an enterprise was found."""

    CODE = "code"
    SUCCESSOR = "successor"
    NAME = "name"
    FORMER_NAME = "former_name"
    SIMILAR_NAME = "similar_name"
    PERSON = "person"


class Doubt(StrEnum):
    """Why a record waits."""

    NAME_DIFFERS = "name_differs"
    CODE_UNKNOWN = "code_unknown"
    NAME_UNKNOWN = "name_unknown"
    SEVERAL = "several"
    UNCERTAIN = "uncertain"
    INDEX_BUILDING = "index_building"


DOUBTS: dict[Doubt, tuple[str, str]] = {
    Doubt.NAME_DIFFERS: ("名称与统一社会信用代码不符", "The name is not one of the enterprise with this code"),
    Doubt.CODE_UNKNOWN: ("登记簿中没有此代码", "The register has no such code"),
    Doubt.NAME_UNKNOWN: ("登记簿中没有此名称", "The register has no such name"),
    Doubt.SEVERAL: ("有多家企业符合", "Several enterprises fit"),
    Doubt.UNCERTAIN: ("把握不足，需人工确认", "Not certain enough, a person must confirm it"),
    Doubt.INDEX_BUILDING: ("名称索引正在建立，稍后自动匹配", "The index of names is being built; it is tried again"),
}


@dataclass(frozen=True)
class Weights:
    """How sure a way of matching is, 0 to 1, and from where on nobody is asked. `since` is their first day."""

    since: date
    accept_from: float
    name: float
    former_name: float
    former_name_out_of_period: float
    corroborated: float
    similar: float
    basis: str = OWN_RULE


WEIGHTS = (
    Weights(
        date(2014, 10, 1), accept_from=0.9, name=0.95, former_name=0.9, former_name_out_of_period=0.7,
        corroborated=0.93, similar=0.5,
    ),
)  # fmt: skip
MOST_CANDIDATES = 10


@dataclass(frozen=True)
class Claim:
    """What a record says of its enterprise. `on` is the day of the act: the name is the one borne then."""

    code: str | None
    name: str | None
    region: str | None
    legal_representative_name: str | None
    on: date


@dataclass(frozen=True)
class Borne:
    """A name which an enterprise bears or bore; `until` is empty for the present one."""

    name: str
    since: date
    until: date | None


@dataclass(frozen=True)
class Known:
    """An enterprise of the register, as far as matching asks."""

    code: str
    region: str
    legal_representative_name: str
    names: tuple[Borne, ...]

    @property
    def name(self) -> str:
        """The present name."""
        return next((borne.name for borne in self.names if borne.until is None), "")


@dataclass(frozen=True)
class Candidate:
    """An enterprise that may be meant, how it was found and how sure that is."""

    code: str
    name: str
    method: Method
    confidence: float


@dataclass(frozen=True)
class Verdict:
    """Whose the record is: `code` when it is certain enough, else a doubt with candidates, the likeliest first."""

    code: str | None
    method: Method | None
    confidence: float
    doubt: Doubt | None = None
    candidates: tuple[Candidate, ...] = ()


def weights_on(day: date) -> Weights:
    """The weights of a day."""
    return in_force(WEIGHTS, max(day, WEIGHTS[0].since))


def judge(
    claim: Claim, register: Mapping[str, Known], successors: Mapping[str, str], near: Sequence[str] | None, today: date
) -> Verdict:
    """Whose the record is. `near` are the codes of enterprises with the name or one like it, None when unknown yet."""
    weights = weights_on(today)
    by_code = _by_code(claim, register, successors)
    if by_code is not None:
        return by_code
    if not claim.name:
        return Verdict(None, None, 0.0, Doubt.CODE_UNKNOWN)
    if near is None:
        return Verdict(None, None, 0.0, Doubt.INDEX_BUILDING)
    found = [_by_name(claim, register[code], weights) for code in near if code in register]
    ranked = sorted((_gone_on(c, register, successors) for c in found), key=lambda c: (-c.confidence, c.code))
    best = {candidate.code: candidate for candidate in reversed(ranked)}  # of each enterprise the surest
    candidates = tuple(candidate for candidate in ranked if best[candidate.code] is candidate)[:MOST_CANDIDATES]
    return _decided(claim, candidates, register, weights)


def _gone_on(found: Candidate, register: Mapping[str, Known], successors: Mapping[str, str]) -> Candidate:
    """The one under whose code the record of the one that was found goes on; itself when it was not merged."""
    known = register.get(successors.get(found.code, found.code))
    return replace(found, code=known.code, name=known.name) if known else found


def _by_code(claim: Claim, register: Mapping[str, Known], successors: Mapping[str, str]) -> Verdict | None:
    if claim.code is None:
        return None
    code = successors.get(claim.code, claim.code)
    known = register.get(code)
    if known is None:
        return None
    method = Method.CODE if code == claim.code else Method.SUCCESSOR
    names = (*known.names, *(register[claim.code].names if claim.code in register else ()))
    if claim.name and fold(claim.name) not in {fold(borne.name) for borne in names}:
        doubtful = Candidate(code, known.name, method, 0.5)
        return Verdict(None, None, 0.5, Doubt.NAME_DIFFERS, (doubtful,))
    return Verdict(code, method, 1.0)


def _by_name(claim: Claim, known: Known, weights: Weights) -> Candidate:
    wanted = fold(claim.name or "")
    same = [borne for borne in known.names if fold(borne.name) == wanted]
    if any(borne.until is None for borne in same):
        return Candidate(known.code, known.name, Method.NAME, weights.name)
    if same:
        within = any(borne.since <= claim.on <= (borne.until or date.max) for borne in same)
        sure = weights.former_name if within else weights.former_name_out_of_period
        return Candidate(known.code, known.name, Method.FORMER_NAME, sure)
    return Candidate(known.code, known.name, Method.SIMILAR_NAME, weights.similar)


def _decided(
    claim: Claim, candidates: tuple[Candidate, ...], register: Mapping[str, Known], weights: Weights
) -> Verdict:
    if not candidates:
        return Verdict(None, None, 0.0, Doubt.CODE_UNKNOWN if claim.code else Doubt.NAME_UNKNOWN)
    best = [c for c in candidates if c.confidence == candidates[0].confidence]
    if len(best) > 1 and best[0].method is not Method.SIMILAR_NAME:
        best = [c for c in best if _is_corroborated(claim, register[c.code])]
        if len(best) != 1:
            return Verdict(None, None, 1 / len(candidates), Doubt.SEVERAL, candidates)
        best = [Candidate(best[0].code, best[0].name, Method.PERSON, weights.corroborated)]
    if claim.code is not None:  # a code was given and is not in the register: the name alone does not settle it
        return Verdict(None, None, best[0].confidence / 2, Doubt.CODE_UNKNOWN, candidates)
    if best[0].confidence >= weights.accept_from and best[0].method is not Method.SIMILAR_NAME:
        return Verdict(best[0].code, best[0].method, best[0].confidence)
    return Verdict(None, None, best[0].confidence, Doubt.UNCERTAIN, candidates)


def _is_corroborated(claim: Claim, known: Known) -> bool:
    """Something else than the name speaks for this one: its representative, or its region when one is given."""
    person = claim.legal_representative_name
    if person:
        return fold(person) == fold(known.legal_representative_name)
    return claim.region is not None and claim.region == known.region


def readable_code(text: str | None) -> str | None:
    """A code in the form in which it is kept; None for an empty one."""
    return text.strip().upper() or None if text else None


def is_code(text: str) -> bool:
    """Whether `text` can be a credit code or a registration number of 15 digits (GS15-2006)."""
    return credit_code.is_valid(text) or (len(text) == 15 and text.isdigit())
