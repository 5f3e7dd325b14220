"""How the register itself is asked for codes, and who was just registered is found."""

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from svc_credit_registry.discovery.search import queries
from svc_credit_registry.discovery.search.rules import Filters, read_query
from svc_credit_registry.record.enterprises.models import Enterprise
from tests.svc_credit_registry.world import World, decided


async def test_the_beginning_of_a_code_is_looked_up_and_the_register_is_not_walked(world: World) -> None:
    async with world.client.sessions() as session:
        statement = await queries.matching(session, read_query("91421303", Filters()))
        sql = (
            statement.order_by(Enterprise.code)
            .limit(51)
            .compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
        )
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(await session.scalars(text(f"EXPLAIN {sql}")))
    assert "Index Cond: (((code)::text >= " in plan
    assert "Filter" not in plan


async def test_who_was_just_registered_is_found_by_two_characters_and_by_its_code(world: World) -> None:
    await world.hear(decided())
    await world.settled()
    async with world.client.sessions() as session:
        code = (await session.scalars(select(Enterprise.code))).one()
    for q in ("红光", "酒业", "随州红光酒业有限公司", code, code.lower(), f" {code[:8]}-{code[8:]} "):
        found = await world.get("/v1/enterprises", q=q)
        assert [item["code"] for item in found["items"]] == [code], q
