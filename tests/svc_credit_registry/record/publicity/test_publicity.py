import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from shared.audit import AuditRow
from shared.clock import now, today
from shared.codes import credit_code
from shared.events.complaints import ComplaintPublishedV1, ComplaintWithheldV1
from svc_credit_registry.record.enterprises.models import Enterprise
from svc_credit_registry.record.publicity.models import ComplaintRecord
from tests.svc_credit_registry.world import World, row

CODE = credit_code.make("421303", 430_200_000)


def published(**changes: Any) -> ComplaintPublishedV1:
    given = {
        "complaint_id": uuid.uuid4(),
        "number": "TS421303202611050001",
        "respondent_code": CODE,
        "category": "quality",
        "product": "白酒",
        "summary": "商品质量问题，双方达成一致，经营者退款",
        "received_on": "2026-11-05",
        "outcome": "settled",
        "concluded_on": "2026-11-12",
        "published_on": "2026-11-20",
    }
    return ComplaintPublishedV1.model_validate(given | changes)


async def test_a_published_complaint_stands_on_the_record(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    event = published()
    await world.hear(event)
    (item,) = (await world.get(f"/v1/enterprises/{CODE}/complaints"))["items"]
    assert item["complaint_id"] == str(event.complaint_id)
    assert item["outcome"] == "settled"
    assert item["producer"]
    assert item["basis"]
    assert set(item) == {
        "complaint_id", "number", "category", "product", "summary", "outcome", "received_on", "concluded_on",
        "published_on", "producer", "basis", "received_at",
    }  # fmt: skip


async def test_the_newest_comes_first_page_by_page(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    for day in (3, 9, 6, 1, 8):
        await world.hear(published(published_on=f"2026-11-{day:02}"))
    days, cursor = [], None
    for _ in range(3):
        page = await world.get(f"/v1/enterprises/{CODE}/complaints", limit=2, **({"cursor": cursor} if cursor else {}))
        days += [item["published_on"][-2:] for item in page["items"]]
        cursor = page["next_cursor"]
    assert days == ["09", "08", "06", "03", "01"]
    assert cursor is None


async def test_a_withheld_complaint_is_no_longer_shown(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    event = published()
    await world.hear(event)
    await world.hear(ComplaintWithheldV1(complaint_id=event.complaint_id, number=event.number, reason="x"), sequence=2)
    assert (await world.get(f"/v1/enterprises/{CODE}/complaints"))["items"] == []
    async with world.client.sessions() as session:
        acts = (await session.scalars(select(AuditRow.action).where(AuditRow.object_type == "complaint"))).all()
    assert list(acts) == ["complaint.put_on_record", "complaint.taken_off_record"]


async def test_one_published_again_is_shown_again(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    event = published()
    withheld = ComplaintWithheldV1(complaint_id=event.complaint_id, number=event.number, reason="x")
    for sequence, said in enumerate((withheld, event, withheld, event), start=1):
        await world.hear(said, sequence=sequence)
    assert len((await world.get(f"/v1/enterprises/{CODE}/complaints"))["items"]) == 1


async def test_one_published_again_stands_there_since_then(world: World) -> None:
    """Or the record as of the days on which it was withheld would tell of it."""
    await world.load([row(CODE, "随州红光酒业有限公司")])
    event = published()
    await world.hear(event)
    async with world.client.sessions() as session, session.begin():
        for model in (Enterprise, ComplaintRecord):
            await session.execute(update(model).values(received_at=now() - timedelta(days=30)))
    await world.hear(event.model_copy(update={"summary": "更正"}), sequence=2)
    before = str(today() - timedelta(days=10))
    path = f"/v1/enterprises/{CODE}/record"
    assert len((await world.get(path, as_of=before))["complaints"]) == 1, "a new wording takes nothing off"
    await world.hear(ComplaintWithheldV1(complaint_id=event.complaint_id, number=event.number, reason="x"), sequence=3)
    await world.hear(event, sequence=4)
    assert (await world.get(path, as_of=before))["complaints"] == []
    assert len((await world.get(path))["complaints"]) == 1


async def test_a_complaint_against_one_the_register_does_not_know_waits_for_it(world: World) -> None:
    await world.hear(published())
    assert (await world.client.get(f"/v1/enterprises/{CODE}/complaints")).status_code == 404
    await world.load([row(CODE, "随州红光酒业有限公司")])
    assert len((await world.get(f"/v1/enterprises/{CODE}/complaints"))["items"]) == 1


async def test_what_is_no_code_is_refused(world: World) -> None:
    assert (await world.client.get("/v1/enterprises/91110000100001604N/complaints")).status_code == 422
