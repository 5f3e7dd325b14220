"""Single sign-on: name and telephone of the person who files, so that nobody is asked for them twice."""

from dataclasses import dataclass

from shared.auth import Caller
from shared.outbound import Outbound


@dataclass(frozen=True)
class Profile:
    """The complainant's contact data, which article 9 of Order 20 demands."""

    name: str
    phone: str


async def profile(outbound: Outbound, caller: Caller) -> Profile:
    """Contact data of the caller, under his own exchanged token; 503 when single sign-on can't be reached."""
    found = await outbound.get("sso", "/v1/me/profile", caller=caller)
    return Profile(name=str(found["name"]), phone=str(found["phone"]))
