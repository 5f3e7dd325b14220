"""The credit registry: whether a name is taken, and what stands against those who apply."""

from dataclasses import dataclass
from typing import Any

from shared.errors import Unauthenticated, Unavailable
from shared.outbound import Outbound, UpstreamProblem


class RestrictionsUnknown(Unavailable):
    """The registry does not say what stands against those who apply: the decision waits, nothing is lost."""

    code = "restrictions_unknown"
    title, title_zh = (
        "The registry can't say now what stands against the applicant",
        "暂时无法核查惩戒措施，请稍后再作决定",
    )


@dataclass(frozen=True)
class Concerned:
    """Whom a case concerns: entities by code, natural persons by name and identity number; and who decides it."""

    matter: str
    case_id: str
    official: str
    codes: list[str]
    persons: list[dict[str, str]]


async def restrictions(outbound: Outbound, concerned: Concerned) -> list[dict[str, Any]]:
    """The joint measures in force which bear on the matter, as the contract has them; the registry notes who asked.

    Asked by this service in its own name, for the official. 503 when the registry is away or does not answer.
    """
    if not (concerned.codes or concerned.persons):
        return []
    body = {
        "matter": concerned.matter,
        "case_id": concerned.case_id,
        "on_behalf_of": concerned.official,
        "codes": concerned.codes,
        "persons": concerned.persons,
    }
    try:
        answer = await outbound.post("credit-registry", "/v1/restriction-checks", json=body)
    except (UpstreamProblem, Unauthenticated) as refusal:
        raise RestrictionsUnknown(headers={"Retry-After": "5"}, dependency="credit-registry") from refusal
    return [dict(found) for item in answer["items"] for found in item["restrictions"]]


@dataclass(frozen=True)
class Comparison:
    """The whole name as the registry writes it, its parts and verdicts as the contract has them."""

    name: str
    parts: dict[str, str]
    verdicts: list[dict[str, Any]]


async def compare_name(outbound: Outbound, name: dict[str, Any]) -> Comparison | None:
    """The registry's verdicts on a name; None when it can't read the name; 503 when it can't be reached."""
    try:
        answer = await outbound.post("credit-registry", "/v1/name-comparisons", json=name, anonymous=True)
    except UpstreamProblem as refusal:
        if refusal.status == 422:
            return None
        raise
    return Comparison(answer["name"], dict(answer["parts"]), list(answer["verdicts"]))
