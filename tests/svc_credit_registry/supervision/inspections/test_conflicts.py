"""Who is kept away from an enterprise stays away from what it goes on in."""

import uuid

from shared.clock import today
from shared.codes import credit_code
from svc_credit_registry.supervision.inspections import queries
from svc_credit_registry.supervision.inspectors import queries as inspectors
from tests.svc_credit_registry.supervision.inspections.conftest import PEOPLE, Office
from tests.svc_credit_registry.world import row, successions


async def test_a_relation_lasts_beyond_mergers(office: Office) -> None:
    codes = [credit_code.make("421321", 21_000_000 + i) for i in range(3)]
    await office.world.load([row(code, f"随县合并{i}号酒业有限公司", region="421321") for i, code in enumerate(codes)])
    account = office.accounts[PEOPLE[0]]
    body = {"code": codes[0], "kind": "shareholding"}
    relation = await office.done(f"/v1/inspectors/{account}/relations", office.inspector(PEOPLE[0]), body)
    async with office.world.client.sessions() as session, session.begin():
        session.add_all(successions(*codes))
        await session.flush()
        assert set(await inspectors.related(session, codes)) == {(code, account) for code in codes}
        assert await inspectors.related(session, codes[:0]) == []
    await office.done(f"/v1/inspector-relations/{relation['id']}/end", office.planner())
    async with office.world.client.sessions() as session:
        assert await inspectors.related(session, codes) == []


async def test_who_has_inspected_it_is_kept_away_from_what_it_went_on_in(office: Office) -> None:
    path = await office.drawn()
    one = (await office.see(f"{path}/draw"))["drawn"][0]
    codes = [one["code"], *(credit_code.make("421321", 22_000_000 + i) for i in range(2))]
    await office.world.load([row(code, f"随县换码{code}酒业有限公司", region="421321") for code in codes[1:]])
    plan = await office.done("/v1/inspection-plans", office.planner(), office.plan())
    accounts = {office.accounts[certificate] for certificate in one["inspectors"]}
    async with office.world.client.sessions() as session:
        session.add_all(successions(*codes, reason="code_changed"))
        await session.flush()
        found = await queries.find(session, uuid.UUID(plan["id"]))
        assert found is not None
        for code in codes:
            recent = await queries.recent(session, found, [code], today())
            assert {account for known, account in recent if known == code} >= accounts
        await session.rollback()
