"""A certificate with a complaint that is withheld later is not handed out again."""

import uuid

from shared.codes import credit_code
from shared.events.complaints import ComplaintPublishedV1, ComplaintWithheldV1
from tests.svc_credit_registry.world import World, row

CODE = credit_code.make("421303", 430_300_000)
NUMBER = "TS421303202611050009"


async def test_what_it_says_of_a_withheld_complaint_is_not_read_again(world: World) -> None:
    await world.load([row(CODE, "随州红光酒业有限公司")])
    complaint = ComplaintPublishedV1.model_validate({
        "complaint_id": uuid.uuid4(), "number": NUMBER, "respondent_code": CODE, "category": "quality",
        "product": "白酒", "summary": "商品质量问题", "received_on": "2026-11-05", "outcome": "settled",
        "concluded_on": "2026-11-12", "published_on": "2026-11-20",
    })  # fmt: skip
    await world.hear(complaint)
    headers = world.get_bearer(aud="credit-registry") | {"Idempotency-Key": str(uuid.uuid4())}
    made = (await world.client.post(f"/v1/enterprises/{CODE}/certificates", json={}, headers=headers)).json()
    paths = (f"/v1/certificates/{made['number']}", made["pdf_url"])
    assert [(await world.client.get(path)).status_code for path in paths] == [200, 200]
    withheld = ComplaintWithheldV1(complaint_id=complaint.complaint_id, number=NUMBER, reason="撤回公示")
    await world.hear(withheld, sequence=2)
    assert [(await world.client.get(path)).status_code for path in paths] == [410, 410]
    found = await world.get(f"/v1/certificates/{made['number']}/verification")
    assert (found["finding"], found["changed_parts"]) == ("changed_since", ["complaint"])
