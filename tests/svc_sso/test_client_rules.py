"""What may be registered of a client: keys, addresses, permissions."""

import base64
import uuid
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from svc_sso.agencies import rules
from svc_sso.agencies.errors import BadKey, BadRegistration
from tests.svc_sso.agency import key, public

GOOD = public(key("good"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kty": "oct", "k": "AAAA"}, "private_key"),
        ({"d": "AAAA"}, "private_key"),
        ({"kty": "oct"}, "key_type"),
        ({"kty": None}, "key_type"),
        ({"kid": None}, "kid"),
        ({"kid": "a/b"}, "kid"),
        ({"kid": "x" * 65}, "kid"),
        ({"use": "enc"}, "use"),
        ({"alg": "ES384"}, "alg"),
        ({"alg": "none"}, "alg"),
        ({"crv": "P-384"}, "curve"),
        ({"x": "AAAA"}, "coordinates"),
        ({"y": "not base64!"}, "encoding"),
        ({"y": None}, "encoding"),
        ({"x5c": ["A" * 5000]}, "too_long"),
    ],
)
def test_keys_which_are_not_plain_public_keys_are_refused(changes: dict[str, Any], code: str) -> None:
    given = {name: value for name, value in (GOOD | changes).items() if value is not None}
    with pytest.raises(BadKey) as refusal:
        rules.checked_key(given)
    assert refusal.value.errors[0].code == code


@pytest.mark.parametrize(("bits", "exponent", "code"), [(1024, "AQAB", "key_size"), (2048, "Aw", "exponent")])
def test_weak_rsa_keys_are_refused(bits: int, exponent: str, code: str) -> None:
    modulus = base64.urlsafe_b64encode((1 << (bits - 1) | 1).to_bytes(bits // 8)).rstrip(b"=").decode()
    with pytest.raises(BadKey) as refusal:
        rules.checked_key({"kty": "RSA", "kid": "r", "n": modulus, "e": exponent})
    assert refusal.value.errors[0].code == code


def test_of_a_key_only_what_a_verifier_needs_is_kept() -> None:
    kept = rules.checked_key(GOOD | {"x5u": "https://evil.example/", "key_ops": ["verify"], "alg": "ES256"})
    assert set(kept) == {"kty", "kid", "use", "alg", "crv", "x", "y"}
    assert rules.checked_key(dict(OKPKey.generate_key("Ed25519", {"kid": "e"}).as_dict(private=False)))["kid"] == "e"


@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("https://tax.example.cn/cb", True),
        ("https://tax.example.cn/cb?x=1", True),
        ("http://127.0.0.1:3000/cb", True),
        ("http://localhost/cb", True),
        ("http://tax.example.cn/cb", False),
        ("https://tax.example.cn/cb#f", False),
        ("https://*.example.cn/cb", False),
        ("https://u:p@tax.example.cn/", False),
        ("javascript:alert(1)", False),
        ("https://例子.cn/", False),
        ("https:// tax.example.cn/", False),
        ("https:///cb", False),
        ("https://tax.example.cn\\@evil.example/", False),
        ("https://tax.example.cn:x/", False),
    ],
)
def test_redirect_addresses_are_exact_https_addresses(uri: str, good: bool) -> None:
    if good:
        rules.check_address(uri, "/redirect_uris/0")
    else:
        with pytest.raises(BadRegistration):
            rules.check_address(uri, "/redirect_uris/0")


def test_what_is_offered_is_explained() -> None:
    assert {"sso:clients:self", "gateway:webhooks:manage", "gateway:calls:sign"} <= set(rules.PERMISSIONS)
    assert all(all(titles) for titles in rules.PERMISSIONS.values())


def test_a_symmetric_key_counts_as_private() -> None:
    with pytest.raises(BadKey):
        rules.checked_key({**OctKey.generate_key(256).as_dict(), "kid": "s"})
    with pytest.raises(BadKey):
        rules.checked_key({**ECKey.generate_key("P-256", {"kid": str(uuid.uuid4())}).as_dict(private=True)})
    assert rules.checked_key(dict(RSAKey.generate_key(2048, {"kid": "r"}).as_dict(private=False)))["kty"] == "RSA"
