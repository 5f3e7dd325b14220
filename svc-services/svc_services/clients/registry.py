"""The credit registry: whether a name is the same as, or similar to, one that exists."""

from dataclasses import dataclass
from typing import Any

from shared.outbound import Outbound, UpstreamProblem


@dataclass(frozen=True)
class Comparison:
    """The whole name as the registry writes it, and its verdicts as the contract has them."""

    name: str | None
    verdicts: list[dict[str, Any]]


async def compare_name(outbound: Outbound, parts: dict[str, Any]) -> Comparison | None:
    """The registry's verdicts on a name; None when it can't read the parts; 503 when it can't be reached."""
    try:
        answer = await outbound.post("credit-registry", "/v1/name-comparisons", json=parts, anonymous=True)
    except UpstreamProblem as refusal:
        if refusal.status == 422:
            return None
        raise
    return Comparison(name=answer.get("name"), verdicts=list(answer["verdicts"]))
