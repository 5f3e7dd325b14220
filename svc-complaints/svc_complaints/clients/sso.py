"""Single sign-on: name and telephone of the person who files, so that nobody is asked for them twice."""

from dataclasses import dataclass

from shared.auth import Caller
from shared.outbound import DependencyUnavailable, Outbound, UpstreamProblem

PURPOSE = "12315 投诉"
"""Shown to the person in the list of who read the data, and why."""


@dataclass(frozen=True)
class Profile:
    """The complainant's contact data, which article 9 of Order 20 demands."""

    name: str
    phone: str | None


async def profile(outbound: Outbound, caller: Caller) -> Profile:
    """Contact data of the caller, under his own exchanged token; 503 when single sign-on can't be reached."""
    try:
        found = await outbound.get("sso", "/v1/me/profile", params={"purpose": PURPOSE}, caller=caller)
    except UpstreamProblem as problem:
        raise DependencyUnavailable("单点登录暂不能答复 / single sign-on can't answer") from problem
    return Profile(name=str(found["name"]), phone=found.get("phone"))
