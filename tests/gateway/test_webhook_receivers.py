"""Where deliveries may go, and that each is made however its sender fares."""

import ssl
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from gateway.webhooks import addresses
from gateway.webhooks.deliverer import targets_of
from gateway.webhooks.rules import Address, Targets
from gateway.webhooks.sender import Message, Sender
from gateway.webhooks.signing import new_keys
from tests.gateway.place import eventually
from tests.gateway.receiver import make_certificates, receiving
from tests.gateway.subscribers import Agency, arrived, delivering, happen, time_passes, work
from tests.support.apps import ServiceClient

pytestmark = pytest.mark.together


async def test_without_the_setting_this_machine_is_not_called(gateway: ServiceClient, agency: Agency) -> None:
    async with receiving() as place:
        webhook = await agency.subscribe(place.url)
        await happen(gateway)
        async with delivering(gateway, webhook_allowed_networks=[]) as strict:
            await work(strict)
        (one,) = await agency.deliveries(webhook)
        told = (await agency.ask("GET", f"/{webhook['id']}/deliveries/{one['id']}")).json()
    assert [a["error"] for a in told["attempts"]] == ["address_refused"]
    assert place.received == []


class Names:
    """A name service that answers what a test says, one answer after another."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = [[ip_address(each) for each in answer] for answer in answers]
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        return self.answers.pop(0)


async def test_a_name_that_changes_its_mind_leads_nowhere(gateway: ServiceClient) -> None:
    names = Names(["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["127.0.0.1"])
    settings: Any = gateway.settings
    async with receiving() as place:
        message = Message("id", f"http://receiver.example:{place.port}/", b"{}", [new_keys()])
        strict = Sender(settings, Targets(ports=frozenset({443})), names)
        errors = [(await strict.send(message, datetime.now(UTC))).error for _ in range(4)]
        open_ = Sender(settings, Targets(ports=frozenset(), allowed=(ip_network("127.0.0.0/8"),)), names)
        reached = await open_.send(message, datetime.now(UTC))
        await strict.close()
        await open_.close()
    assert errors == ["address_refused"] * 4
    assert (reached.status, names.asked) == (204, ["receiver.example"] * 5)
    assert [request.get("host") for request in place.received] == [f"receiver.example:{place.port}"]


async def test_a_try_that_cannot_even_be_made_is_noted(gateway: ServiceClient) -> None:
    settings: Any = gateway.settings
    sender = Sender(settings, targets_of(settings))
    answers = [
        await sender.send(Message("id", url, b"{}", [new_keys()]), datetime.now(UTC))
        for url in ("gopher://127.0.0.1/", "http://a..b/", "http://127.0.0.1:1/")
    ]
    await sender.close()
    assert [answer.error for answer in answers] == ["not_sent", "name_not_found", "connection_failed"]


async def test_addresses_of_this_machine_are_known() -> None:
    assert [addresses.is_own(ip_address(one)) for one in ("127.0.0.1", "8.8.8.8", "2400:3200::1")] == [
        True,
        False,
        False,
    ]
    found = await addresses.resolve("localhost", 443)
    assert ip_address("127.0.0.1") in found
    assert list(await addresses.resolve("0x7f.1", 443)) == [ip_address("127.0.0.1")]
    with pytest.raises(addresses.NameNotFound):
        await addresses.resolve("no-such-name.invalid", 443)


async def test_the_certificate_is_checked_for_the_name(gateway: ServiceClient, tmp_path: Path) -> None:
    authority = make_certificates(tmp_path, "receiver.example")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    targets = Targets(ports=frozenset({443}), allowed=(ip_network("127.0.0.0/8"),))
    names = Names(["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"])
    trusting: Any = gateway.settings.model_copy(update={"webhook_ca_file": str(authority)})
    told = []
    async with receiving(tls) as place:
        for settings, host in ((trusting, "receiver"), (trusting, "other"), (gateway.settings, "receiver")):
            sender = Sender(settings, targets, names)  # type: ignore[arg-type]
            message = Message("id", f"https://{host}.example:{place.port}/", b"{}", [new_keys()])
            answer = await sender.send(message, datetime.now(UTC))
            told.append((answer.status, answer.error))
            await sender.close()
    assert told == [(204, None), (None, "tls_failed"), (None, "tls_failed")]
    assert [request.get("host") for request in place.received] == [f"receiver.example:{place.port}"]


async def test_a_delivery_that_its_process_did_not_finish_is_sent_again(gateway: ServiceClient, agency: Agency) -> None:
    async with receiving(pause=60) as place, delivering(gateway) as dying, delivering(gateway) as heir:
        webhook = await agency.subscribe(place.url)
        envelope = await happen(gateway)
        assert await dying.begin()
        (task,) = dying._going
        await eventually(lambda: arrived(place, 1), 5)
        assert not await heir.begin()
        task.cancel()  # its end is noted nowhere
        place.pause = 0
        await time_passes(gateway)
        await work(heir)
        (one,) = await agency.deliveries(webhook)
    assert place.ids == [str(envelope.id)] * 2
    assert one["state"] == "delivered"
