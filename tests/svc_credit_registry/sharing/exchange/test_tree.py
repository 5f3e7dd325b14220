"""The tree and the chain: a proof leads to the root for every entry of every size of batch, and for no other entry."""

import hashlib
from datetime import UTC, datetime

import pytest

from svc_credit_registry.sharing.exchange import rules
from svc_credit_registry.sharing.exchange.errors import ExchangeHeaderInvalid
from svc_credit_registry.sharing.exchange.rules import Asked, Entry

ENTRY = Entry(
    id="0198c2a4-0000-7000-8000-000000000001",
    at=datetime(2026, 11, 21, 8, 0, 0, 5, tzinfo=UTC),
    kind="read",
    requester="tax-suizhou",
    actor="tax-suizhou",
    client="tax-suizhou",
    represented_party=None,
    case_id="随税稽〔2026〕7号",
    resource="CR-LICENCE",
    rows=3,
    method="GET",
    path="/v1/resources/CR-LICENCE/data",
    request_hash="ab" * 32,
    answer_sha256="cd" * 32,
    request_id=None,
)


@pytest.mark.parametrize("size", [*range(1, 18), 100, 1000])
def test_every_leaf_climbs_to_the_root_and_no_other_does(size: int) -> None:
    leaves = [hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(size)]
    head = rules.root(leaves)
    for position in {0, size // 2, size - 1}:
        way = rules.path(leaves, position)
        assert rules.climb(leaves[position], way) == head
        assert rules.climb(bytes(32), way) != head


def test_the_tree_is_that_of_rfc_9162() -> None:
    """The first leaves of the test vectors of RFC 6962's reference: an empty leaf, then 0x00."""
    first = hashlib.sha256(b"\x00").digest()
    second = hashlib.sha256(b"\x00\x00").digest()
    assert first.hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert rules.root([first, second]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"


def test_an_entry_is_hashed_in_one_form_whatever_the_order_of_its_fields() -> None:
    text = rules.content_of(ENTRY).decode()
    assert '"at":"2026-11-21T08:00:00.000005Z"' in text
    assert '"case_id":"随税稽〔2026〕7号"' in text
    assert list(__import__("json").loads(text)) == sorted(ENTRY.__dict__)


def test_a_query_has_one_form_in_which_it_is_hashed() -> None:
    assert rules.canonical_query("b=2&a=%E9%9A%8F&a=1&c=") == "a=1&a=%E9%9A%8F&b=2&c="
    assert rules.canonical_query("b=x+y") == rules.canonical_query("b=x%20y")
    assert rules.canonical_query("") == ""


def test_the_request_hash_is_what_a_requester_computes_too() -> None:
    asked = Asked("GET", "/v1/x", "a=1", rules.digest(b""))
    text = "GET\n/v1/x\na=1\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
    assert asked.request_hash == hashlib.sha256(text.encode()).hexdigest()
    assert asked.with_body(rules.digest(b"x")).request_hash != asked.request_hash


def test_a_header_may_hold_chinese_in_percent_encoding() -> None:
    assert rules.read_header("X-Case-Id", "%E9%9A%8F%E7%A8%8E7", 100) == "随税7"
    assert rules.read_header("X-Case-Id", None, 100) is None


@pytest.mark.parametrize("value", ["%FF", "%0A", "x" * 101, "%20"])
def test_a_header_which_can_not_be_kept_is_refused(value: str) -> None:
    with pytest.raises(ExchangeHeaderInvalid):
        rules.read_header("X-Case-Id", value, 100)
