"""Looking for enterprises by a person: for staff, with a reason, and on the audit log."""

import hashlib

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Caller
from shared.codes import regions
from svc_credit_registry.discovery.indexes import service as indexes
from svc_credit_registry.discovery.indexes.rules import Entry
from svc_credit_registry.discovery.indexes.service import View
from svc_credit_registry.discovery.people.rules import BASIS, SHOWN, Role
from svc_credit_registry.discovery.people.schemas import PeopleSearchIn
from svc_credit_registry.discovery.projection.service import Projection
from svc_credit_registry.discovery.search.errors import FilterUnknown
from svc_credit_registry.record.wording.rules import fold


async def find(
    projection: Projection, session: AsyncSession, caller: Caller, asked: PeopleSearchIn
) -> tuple[list[Entry], int]:
    """The enterprises at which somebody of this name is, and how many there are. Writes the search to the audit log."""
    if asked.region is not None and not regions.is_known(asked.region):
        raise FilterUnknown(f"region {asked.region}")
    view = projection.view
    found = await projection.ask(lambda: _look(view, asked))
    name_sha256 = hashlib.sha256(fold(asked.name).encode()).hexdigest()
    after = {"name": asked.name, "region": asked.region, "found": found[1], "basis": BASIS}
    await audit.record(
        session, caller, action="people.searched", object_type="person_search", object_id=name_sha256[:32],
        after=after, reason=asked.reason,
    )  # fmt: skip
    return found


def _look(view: View, asked: PeopleSearchIn) -> tuple[list[Entry], int]:
    queries = [indexes.term("people", fold(asked.name))]
    if asked.region and (prefix := regions.prefix(asked.region)):
        queries.append(indexes.term("tags", f"r{prefix}"))
    query = indexes.all_of(queries)
    return [entry for _, entry in indexes.ordered(view, query, SHOWN)], indexes.count(view.searcher, query)


def roles(entry: Entry, name: str) -> list[Role]:
    """What somebody of this name is to an enterprise."""
    folded, found = fold(name), list[Role]()
    if fold(entry.legal_representative_name) == folded:
        found.append(Role.LEGAL_REPRESENTATIVE)
    if any(fold(person) == folded for person in entry.people):
        found.append(Role.KEY_PERSON)
    return found
