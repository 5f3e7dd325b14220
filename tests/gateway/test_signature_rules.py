"""Signatures by the standard itself: its keys, its messages, its signatures (RFC 9421), its fields (RFC 9651)."""

import base64
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from gateway.signatures import rules
from gateway.signatures.errors import SignatureMalformed
from gateway.signatures.fields import InnerList, Token, dictionary

# --- what the RFC itself shows (RFC 9421, appendix B; its keys and its signatures) ---

RSA_PSS = {
    "kty": "RSA",
    "e": "AQAB",
    "n": (
        "r4tmm3r20Wd_PbqvP1s2-QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct-Lh1GH45x28Rw3Ry53mm-oAXjyQ86OnDkZ5N8lYbggD4O3"
        "w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL-Wokqltd11nqqzi-bJ9cvSKADYdUAAN5WUtzdpi"
        "y6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4aOT9v6d-nb4bnNkQVklLQ3fVAvJm-xdDOp9LCNCN48V2pnDOkFV"
        "6-U9nV5oyc6XI2w"
    ),
}
ED25519 = {"kty": "OKP", "crv": "Ed25519", "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}
P256 = {
    "kty": "EC",
    "crv": "P-256",
    "x": "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
    "y": "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
}
MESSAGE = [
    ("host", "example.com"),
    ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
    ("content-type", "application/json"),
    (
        "content-digest",
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
    ),
    ("content-length", "18"),
]
EXAMPLE = rules.Call("POST", "https://example.com", "/foo", "param=Value&Pet=dog", MESSAGE, has_body=True)

VECTORS = [
    (
        "B.2.1",
        RSA_PSS,
        '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
        "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7Ch"
        "G52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxV"
        "rogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ss"
        "inQ98Xw9Q==",
    ),
    (
        "B.2.3",
        RSA_PSS,
        '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
        ';created=1618884473;keyid="test-key-rsa-pss"',
        "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0f"
        "UxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7"
        "JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsD"
        "ZKEgM4cUA==",
    ),
    (
        "B.2.6",
        ED25519,
        '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;'
        'keyid="test-key-ed25519"',
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    ),
]


@pytest.mark.parametrize(("name", "key", "params", "value"), VECTORS, ids=[vector[0] for vector in VECTORS])
def test_the_signatures_of_the_standard_hold_and_nothing_else_does(
    name: str, key: dict[str, Any], params: str, value: str
) -> None:
    covered = dictionary(f"sig={params}")["sig"]
    assert isinstance(covered, InnerList)
    assert str(covered) == params
    base, signature = rules.base_of(covered, EXAMPLE), base64.b64decode(value)
    rules.verify(key, signature, base)
    with pytest.raises(InvalidSignature):
        rules.verify(key, signature, base + b" ")
    with pytest.raises(InvalidSignature):
        rules.verify(key, bytes([signature[0] ^ 1]) + signature[1:], base)


def test_the_standards_signature_by_an_elliptic_curve_holds() -> None:
    """B.2.4 signs a response; its base is given by the standard."""
    base = (
        b'"@status": 200\n"content-type": application/json\n"content-digest": '
        b"sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n"
        b'"content-length": 23\n"@signature-params": ("@status" "content-type" "content-digest" "content-length")'
        b';created=1618884473;keyid="test-key-ecc-p256"'
    )
    value = "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="
    rules.verify(P256, base64.b64decode(value), base)
    with pytest.raises(InvalidSignature):
        rules.verify(P256, base64.b64decode(value), base + b"x")


# --- structured fields ---


def test_fields_are_written_as_they_were_read() -> None:
    text = 'a=("@method" "x\\"y");created=1;nonce="n";flag;b=:AQI=:;t=token/x, c=:AAE=:'
    read = dictionary(text)
    assert str(read["a"]) == '("@method" "x\\"y");created=1;nonce="n";flag;b=:AQI=:;t=token/x'
    assert isinstance(read["a"], InnerList)
    assert isinstance(read["a"].params["t"], Token)


@pytest.mark.parametrize(
    "text",
    [
        "a=(", 'a=("x', 'a=("x""y")', "a=();;", "a=();b=1;b=2", "a=1,", "a=1,,b=2", "A=1", "=1", "a=:!:", "a=1.5",
        'a="é"',
        "a=1 b=2", "a=();x=?2", ", ".join(f"k{n}=1" for n in range(9)), "a=1, a=2", "a=:A:",
    ],
)  # fmt: skip
def test_what_is_not_quite_a_field_is_refused(text: str) -> None:
    with pytest.raises(SignatureMalformed):
        dictionary(text)
