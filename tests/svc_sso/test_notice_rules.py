"""How long clients are told of an ended log-in, and which addresses are called for it."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from svc_sso.backchannel.rules import is_callable, may_call
from svc_sso.notices.rules import GIVE_UP_AFTER, next_gap

T0 = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "gap"),
    [(0, 2), (12, 2), (60, 5), (600, 50), (3600, 300), (6 * 3600, 900), (23 * 3600, 900)],
)
def test_the_gap_grows_with_the_outage_and_stays_a_small_part_of_it(passed: int, gap: int) -> None:
    assert next_gap(T0, T0 + timedelta(seconds=passed)) == timedelta(seconds=gap)


def test_after_a_day_it_is_given_up() -> None:
    assert next_gap(T0, T0 + GIVE_UP_AFTER) is None


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "172.16.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "255.255.255.255",
    ],
)  # fmt: skip
def test_private_addresses_are_never_called(address: str) -> None:
    assert not may_call(address, ())


def test_public_addresses_and_allowed_networks_are_called() -> None:
    assert may_call("93.184.216.34", ())
    assert may_call("2606:2800:220:1::1", ())
    assert may_call("10.1.2.3", (ip_network("10.0.0.0/8"),))


@pytest.mark.parametrize(
    ("uri", "callable_"),
    [
        ("https://rp.example.cn/bcl", True),
        ("http://rp.example.cn/bcl", False),
        ("https://user:pw@rp.example.cn/", False),
        ("https://rp.example.cn/#x", False),
        ("ftp://rp.example.cn/", False),
        ("https://rp.example.cn:99999/", False),
        ("https:///path", False),
        ("https://rp.example.cn/a b", False),
    ],
)
def test_only_plain_https_addresses_are_called(uri: str, callable_: bool) -> None:
    assert is_callable(uri, plain_http=False) is callable_
