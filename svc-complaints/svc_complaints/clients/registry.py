"""The credit registry: who is behind a credit code."""

from dataclasses import dataclass

from shared.outbound import DependencyUnavailable, Outbound, UpstreamProblem


@dataclass(frozen=True)
class Enterprise:
    """What a complaint needs to know of its respondent."""

    code: str
    name: str
    region: str


async def enterprise(outbound: Outbound, code: str) -> Enterprise | None:
    """The enterprise with this code, None when there is none; 503 when the registry can't be reached."""
    try:
        found = await outbound.get("credit-registry", f"/v1/enterprises/{code}", anonymous=True)
    except UpstreamProblem as problem:
        if problem.status in (404, 422):
            return None
        raise DependencyUnavailable("登记簿暂不能答复 / the registry can't answer") from problem
    return Enterprise(code=str(found["code"]), name=str(found["name"]), region=str(found["region"]))
