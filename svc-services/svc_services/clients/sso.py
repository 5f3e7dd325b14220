"""Single sign-on: who the applicant is, so that nobody is asked for it twice."""

from dataclasses import dataclass

from shared.auth import Caller
from shared.outbound import Outbound


@dataclass(frozen=True)
class Profile:
    """What the state already knows of a person; shown masked, kept encrypted."""

    name: str
    id_number: str
    phone: str


async def profile(outbound: Outbound, caller: Caller, purpose: str) -> Profile | None:
    """The caller's own data, fetched with his own exchanged token; single sign-on notes the purpose.

    None when the account has no identity number or telephone; 503 when single sign-on can't be reached.
    """
    found = await outbound.get("sso", "/v1/me/profile", params={"purpose": purpose}, caller=caller)
    if not (found.get("id_number") and found.get("phone")):
        return None
    return Profile(name=str(found["name"]), id_number=str(found["id_number"]), phone=str(found["phone"]))
