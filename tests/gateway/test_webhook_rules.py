"""Which addresses may be called, what answers mean, which events leave the platform."""

import base64
import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

from gateway.webhooks import catalogue, rules, signing
from gateway.webhooks.handlers import body_of
from gateway.webhooks.rules import Targets

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
USUAL = Targets(ports=frozenset({443}), own_host="www.example.gov.cn")

REFUSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.0.9 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1
2001:0:7f00:1:: 2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1
"""
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 172.15.255.255 172.32.0.1
192.167.255.255 198.17.255.255 198.20.0.1 223.255.255.255 2400:3200::1 2606:4700:4700::1111 2a00:1450::1
"""


@pytest.mark.parametrize("address", REFUSED.split())
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not rules.is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_called(address: str) -> None:
    assert rules.is_public(ip_address(address))


def test_a_setting_permits_a_network_and_no_more() -> None:
    allowed = (ip_network("127.0.0.0/8"),)
    assert rules.is_public(ip_address("127.0.0.1"), allowed)
    assert not rules.is_public(ip_address("10.0.0.1"), allowed)
    assert not rules.is_public(ip_address("::1"), allowed)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://receiver.example:443/", "https_expected"),
        ("https://receiver.example:8443/", "port_refused"),
        ("https://user:pass@receiver.example/", "credentials_in_url"),
        ("https://user@receiver.example/", "credentials_in_url"),
        ("https://receiver.example/#part", "url_malformed"),
        ("https://receiver.example/#", "url_malformed"),
        ("https:///path", "url_malformed"),
        ("ftp://receiver.example/", "url_malformed"),
        ("file:///etc/passwd", "url_malformed"),
        ("https://receiver.example:99999/", "url_malformed"),
        ("https://receiver.example:0/", "url_malformed"),
        ("https://receiver.example:/", "url_malformed"),
        ("HTTPS://receiver.example/", "url_malformed"),
        ("https://receiver.example/a b", "url_malformed"),
        ("https://receiver.example\\@127.0.0.1/", "url_malformed"),
        ("https://例子.example/", "url_malformed"),
        ("https://[::1/", "url_malformed"),
        ("https://127.0.0.1/", "host_refused"),
        ("https://127.1/", "host_refused"),
        ("https://2130706433/", "host_refused"),
        ("https://0x7f000001/", "host_refused"),
        ("https://receiver.0x1./", "host_refused"),
        ("https://[::1]/", "host_refused"),
        ("https://[::ffff:10.0.0.1]/", "host_refused"),
        ("https://www.example.gov.cn/hook", "host_refused"),
        ("https://www.example.gov.cn./hook", "host_refused"),
        ("https://WWW.example.GOV.cn/hook", "host_refused"),
    ],
)
def test_addresses_of_receivers_that_are_refused(url: str, code: str) -> None:
    assert [fault.code for fault in rules.faults_of_url(url, USUAL)] == [code]


@pytest.mark.parametrize("url", ["https://receiver.example", "https://receiver.example:443/a?b=c", "https://8.8.8.8/"])
def test_addresses_of_receivers_that_are_taken(url: str) -> None:
    assert rules.faults_of_url(url, USUAL) == []


def test_ten_tries_over_three_days() -> None:
    assert len(rules.PAUSES) == 10
    assert timedelta(hours=75.5) < timedelta(seconds=sum(rules.PAUSES)) < timedelta(hours=75.7)
    assert rules.next_try(1, NOW, 0.0) == NOW + timedelta(seconds=5)
    assert rules.next_try(9, NOW, 1.0) == NOW + timedelta(hours=24) * 1.1
    assert rules.next_try(10, NOW, 0.0) is None


@pytest.mark.parametrize(
    ("status", "retry_after", "done", "disable", "seconds"),
    [
        (200, None, True, False, None),
        (204, "60", True, False, None),
        (301, None, False, False, None),
        (307, None, False, False, None),
        (400, None, False, False, None),
        (410, None, False, True, None),
        (429, "60", False, False, 60),
        (503, "Sat, 21 Nov 2026 08:02:00 GMT", False, False, 120),
        (503, "Sat, 21 Nov 2026 07:00:00 GMT", False, False, 0),
        (503, "99999999", False, False, 86_400),
        (503, "soon", False, False, None),
        (503, "²", False, False, None),
        (500, "60", False, False, None),
    ],
)
def test_what_an_answer_means(
    status: int, retry_after: str | None, done: bool, disable: bool, seconds: float | None
) -> None:
    hold = None if seconds is None else timedelta(seconds=seconds)
    assert rules.judge(status, retry_after, NOW) == rules.Verdict(done, disable, hold)


def test_a_receiver_that_always_fails_is_left_in_peace() -> None:
    assert [rules.breather(failures) for failures in (1, 19)] == [None, None]
    assert {rules.breather(failures) for failures in (20, 21, 10_000)} == {timedelta(seconds=30)}


def test_every_event_is_offered_or_withheld_with_a_reason() -> None:
    assert catalogue.undecided() == []


def test_no_event_leaves_with_a_person_in_it() -> None:
    told = {name for offer in catalogue.OFFERS.values() for name in offer.fields}
    assert not {name for name in told if name.endswith(("_name", "applicant_id", "representative_id", "account_id"))}
    for offer in catalogue.OFFERS.values():
        assert set(offer.fields) <= set(offer.event.model_fields)


def test_signatures_of_both_kinds_and_of_two_generations() -> None:
    old, new = signing.new_keys(), signing.new_keys()
    body = json.dumps({"type": "x", "data": "数据"}, ensure_ascii=False).encode()
    at = int(datetime.now(UTC).timestamp())
    header = signing.signatures([new, old], "msg", at, body)
    sent = {"webhook-id": "msg", "webhook-timestamp": str(at), "webhook-signature": header}
    for keys in (old, new):
        assert Webhook(keys.secret).verify(body, sent)["data"] == "数据"
    kinds = [part.split(",")[0] for part in header.split(" ")]
    assert kinds == ["v1", "v1", "v1a", "v1a"]
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(new.public_key.removeprefix("whpk_")))
    public.verify(base64.b64decode(header.split(" ")[2][4:]), f"msg.{at}.".encode() + body)


def test_a_long_text_is_left_out_and_named() -> None:
    body = body_of({"type": "x", "data": {"summary": "字" * 10_000, "number": "1"}})
    assert json.loads(body)["data"] == {"number": "1", "left_out": ["summary"]}
    assert len(body.encode()) < rules.BODY_LIMIT
