"""A certificate says what the record said, once; anyone can tell whether it is genuine and still true."""

import asyncio
import hashlib
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from shared.auth import Caller
from svc_credit_registry.publication.certificates import queries, rules, service
from svc_credit_registry.publication.certificates.errors import CertificateQuota
from svc_credit_registry.record.record_views.service import Reading
from svc_credit_registry.record.records import queries as records
from tests.svc_credit_registry.record.records.test_items import CODE, PENALTY, known  # noqa: F401
from tests.svc_credit_registry.record.records.test_reading import TODAY, aged, ago, put
from tests.svc_credit_registry.world import World

CALLER = Caller(subject="someone", kind="person")
MOMENT = datetime(2026, 11, 21, 2, tzinfo=UTC)


async def ask(world: World, sub: str = CALLER.subject, **body: Any) -> httpx.Response:
    headers = world.get_bearer(aud="credit-registry", sub=sub) | {"Idempotency-Key": str(uuid.uuid4())}
    return await world.client.post(f"/v1/enterprises/{CODE}/certificates", json=body, headers=headers)


async def issued(world: World, **body: Any) -> Any:
    answer = await ask(world, **body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def verified(world: World, **body: Any) -> Any:
    return (await world.client.post("/v1/certificate-verifications", json=body)).json()


@pytest.fixture
async def fined(known: World) -> World:  # noqa: F811
    await aged(known, 40)
    await put(known, 30)
    return known


async def test_a_certificate_holds_the_record_signed_and_is_valid(fined: World) -> None:
    answer = await ask(fined)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/v1/certificates/{made['number']}"
    assert re.fullmatch(rf"ZM{TODAY:%Y%m%d}\d{{8}}-[2-9A-Z]{{10}}", made["number"])
    assert made["record"]["counts"] == {"penalty": 1}
    keys = KeySet.import_key_set(await fined.get("/v1/certificates/keys"))
    content = jws.deserialize_compact(made["certificate"], keys, algorithms=["ES256"])
    assert made["digest"].encode() in content.payload
    found = await verified(fined, certificate=made["certificate"])
    assert (found["genuine"], found["finding"], found["changed_parts"]) == (True, "valid", [])
    assert (await fined.get(f"/v1/certificates/{made['number']}"))["certificate"] == made["certificate"]


async def test_the_same_record_of_the_same_day_has_one_certificate(fined: World) -> None:
    first, second = await issued(fined, as_of=str(ago(10))), await ask(fined, as_of=str(ago(10)))
    assert (second.status_code, second.json()) == (200, first)
    other = await issued(fined, as_of=str(ago(11)))
    assert other["number"] != first["number"]
    assert other["digest"] == first["digest"]
    rows = (await fined.client.get("/v1/me/certificates", headers=fined.get_bearer(aud="credit-registry"))).json()
    assert isinstance(rows["items"], list)


async def test_those_who_ask_at_once_get_the_same_certificate(fined: World) -> None:
    answers = await asyncio.gather(*(ask(fined) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["number"] for answer in answers}) == 1


async def test_a_changed_record_is_told_and_named_by_its_parts(fined: World) -> None:
    made = await issued(fined)
    await put(fined, 0, content=PENALTY | {"fine_yuan": "3000.00"})
    found = await verified(fined, certificate=made["certificate"])
    assert (found["genuine"], found["finding"], found["changed_parts"]) == (True, "changed_since", ["penalty"])
    assert (await issued(fined))["number"] != made["number"]
    before = await issued(fined, as_of=str(ago(35)))
    assert before["record"]["counts"] == {}


async def test_altered_unreadable_and_unknown_ones_are_told_apart(fined: World) -> None:
    made = await issued(fined)
    head, payload, signature = made["certificate"].split(".")
    turned = "A" if payload[40] != "A" else "B"
    altered = ".".join((head, payload[:40] + turned + payload[41:], signature))
    assert (await verified(fined, certificate=altered))["finding"] == "altered"
    assert (await verified(fined, certificate="no certificate"))["finding"] == "unreadable"
    assert (await verified(fined, number="ZM2026112100000001-AAAAAAAAAA"))["finding"] == "unknown"
    unknown = await fined.client.get("/v1/certificates/ZM2026112100000001-AAAAAAAAAA")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "certificate_unknown")


async def test_the_pdf_is_the_same_bytes_and_known_by_its_digest(fined: World) -> None:
    made = await issued(fined)
    answers = [await fined.client.get(made["pdf_url"]) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["content-type"] == "application/pdf"
    digest = hashlib.sha256(answers[0].content).hexdigest()
    assert digest == made["pdf_sha256"]
    assert (await verified(fined, number=made["number"], pdf_sha256=digest))["finding"] == "valid"
    assert (await verified(fined, number=made["number"], pdf_sha256="0" * 64))["finding"] == "altered"


async def test_the_qr_code_leads_to_a_page_in_both_languages(fined: World) -> None:
    made = await issued(fined)
    assert made["verification_url"].endswith(f"/api/credit-registry/v1/certificates/{made['number']}/verification")
    path = f"/v1/certificates/{made['number']}/verification"
    assert (await fined.get(path))["finding"] == "valid"
    page = await fined.client.get(path, headers={"Accept": "text/html"})
    assert "证明真实，出具后公示信息没有变化" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    english = await fined.client.get(path, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert '<html lang="en">' in english.text
    assert made["digest"] in english.text
    wrong = await fined.client.get("/v1/certificates/X/verification", headers={"Accept": "text/html"})
    assert "请逐字核对" in wrong.text


async def test_what_left_publication_is_not_handed_out_again_but_can_be_verified(fined: World) -> None:
    made = await issued(fined)
    await put(fined, 0, publish_until=ago(1))
    for path in (f"/v1/certificates/{made['number']}", made["pdf_url"]):
        gone = await fined.client.get(path)
        assert (gone.status_code, gone.json()["code"]) == (410, "certificate_withdrawn")
    assert (await verified(fined, certificate=made["certificate"]))["finding"] == "changed_since"


async def test_who_asks_is_logged_in_and_the_day_has_come(fined: World) -> None:
    bare = await fined.client.post(f"/v1/enterprises/{CODE}/certificates", json={})
    assert bare.status_code == 401
    assert (await ask(fined, as_of=str(ago(-1)))).json()["code"] == "day_ahead"
    assert (await ask(fined, as_of=str(ago(41)))).json()["code"] == "record_not_begun"


async def test_a_caller_gets_so_many_new_ones_in_a_day_and_old_ones_without_limit(fined: World) -> None:
    def asked(day: int, now: datetime = MOMENT) -> service.Request:
        return service.Request(CALLER, Reading(CODE, ago(day), TODAY, english=False), "https://e.cn", now, quota=2)

    async with fined.client.sessions() as session, session.begin():
        for day in (1, 2, 1):
            await service.issue(session, asked(day))
        with pytest.raises(CertificateQuota) as refused:
            await service.issue(session, asked(3, MOMENT + timedelta(hours=1)))
        assert refused.value.headers == {"Retry-After": str(23 * 3600)}
        _, is_new = await service.issue(session, asked(3, MOMENT + rules.WINDOW))
    assert is_new


async def test_one_is_made_for_a_caller_at_a_time(fined: World) -> None:
    await issued(fined)
    async with fined.client.sessions() as session:
        assert await queries.take_turn(session, CALLER.subject)
        refused = await ask(fined, as_of=str(ago(10)))
        assert (refused.status_code, refused.json()["code"]) == (429, "certificate_quota")
        assert refused.headers["Retry-After"] == "1"
        assert (await ask(fined)).status_code == 200
        assert (await ask(fined, sub="another", as_of=str(ago(11)))).status_code == 201
    assert (await ask(fined, as_of=str(ago(10)))).status_code == 201


async def test_the_database_adds_up_what_an_enterprise_has_to_the_same_fingerprints(fined: World) -> None:
    for number in range(5):
        await put(fined, 20, key=f"more-{number}")
    async with fined.client.sessions() as session:
        ids = sorted(row.id for row in await session.scalars(records.shown(CODE, None, TODAY, TODAY)))
        assert len(ids) == 6
        told = await queries.fingerprints(session, CODE, TODAY, TODAY)
    assert told == {"penalty": rules.fingerprint(ids)}


@pytest.mark.parametrize(
    "body", [{}, {"certificate": "a", "number": "b"}, {"certificate": "a", "pdf_sha256": "0" * 64}]
)
async def test_a_verification_is_of_one_thing_that_is_there(fined: World, body: dict[str, str]) -> None:
    answer = await fined.client.post("/v1/certificate-verifications", json=body)
    assert answer.status_code == 422


async def test_an_unknown_number_is_told_nothing_of_a_signature(fined: World) -> None:
    found = await verified(fined, number="ZM2026112100000001-AAAAAAAAAA")
    assert (found["genuine"], found["finding_label"]) == (False, "没有此证明的出具记录")
