"""What may be registered of an agency's system or of an application: permissions, addresses, keys."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from shared.errors import FieldError
from svc_sso.agencies.errors import BadKey, BadRegistration

AGENCY, APPLICATION = "agency", "application"
PRIVATE_KEY_JWT = "private_key_jwt"
SECRET_METHODS = ("client_secret_basic", "client_secret_post")
MANAGE_SELF, SIGN_CALLS = "sso:clients:self", "gateway:calls:sign"
SYSTEM_KIND = "system"

PERMISSIONS: dict[str, tuple[str, str]] = {
    MANAGE_SELF: ("自行管理密钥、联系人,停用本客户端", "manage the own keys and contacts, and disable itself"),
    "gateway:webhooks:manage": ("订阅平台事件", "subscribe to events of the platform"),
    "credit-registry:leads:report": ("报送监测线索", "report leads from monitoring"),
    "credit-registry:records:push": ("报送本机关产生的涉企信息", "push records which the agency produced"),
    "credit-registry:resources:request": (
        "查目录、申请共享资源、读取获准的数据",
        "ask for shared resources and read what was granted",
    ),
    "credit-registry:restrictions:check": ("查询并反馈联合惩戒措施", "check joint measures and say what was done"),
    "credit-registry:stream:follow": ("持续接收信息变更", "follow the stream of changes"),
    SIGN_CALLS: ("以 HTTP 消息签名调用接口", "call by signed HTTP messages (RFC 9421)"),
}

CLIENT_ID = re.compile(r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$")
RESERVED = re.compile(r"^(?:gateway|sso|hub|svc-.*|yiwang.*)$")
HOST = re.compile(r"^(?:[a-z0-9._-]+|[0-9a-f:.]+)$")
KID = re.compile(r"^[A-Za-z0-9._~-]{1,64}$")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

MOST_KEYS, LONGEST_KEY = 6, 4096
FEWEST_BITS, MOST_BITS = 2048, 4096
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
PUBLIC_MEMBERS = {"EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "RSA": ("n", "e")}
CURVES = {"EC": "P-256", "OKP": "Ed25519"}
KEY_ALGORITHMS = {"EC": ("ES256",), "OKP": ("EdDSA", "Ed25519"), "RSA": ("PS256", "PS512", "RS256")}

OVERLAP, LONGEST_OVERLAP_HOURS = timedelta(hours=24), 168
SELF_SERVICE = frozenset({"contacts", "disabled"})
"""What an agency changes of itself; the rest says what it may do, and is the security administrator's."""


def check_id(client_id: str) -> None:
    """Refuses an id of another form and those which stand for the platform itself."""
    if not CLIENT_ID.fullmatch(client_id) or RESERVED.fullmatch(client_id):
        raise _fault(
            "/id", "bad_client_id", "小写字母、数字和单个横线 (a-z, 0-9 and single hyphens; no name of the platform)"
        )


def check_permissions(kind: str, permissions: Sequence[str]) -> None:
    """Refuses permissions outside the catalogue, and all of them for an application."""
    if kind == APPLICATION and set(permissions) - {MANAGE_SELF}:
        raise _fault("/permissions", "not_for_applications", "应用不单独授权 (an application acts for people only)")
    unknown = sorted(set(permissions) - PERMISSIONS.keys())
    if unknown:
        raise _fault("/permissions", "permission_unknown", ", ".join(unknown))


def check_address(uri: str, pointer: str) -> None:
    """Refuses a redirect address which is not https, or http on this machine; no fragment (RFC 9700, 2.1 and 4.1)."""
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    plain = uri.isascii() and uri.isprintable() and not set(" #*\\") & set(uri) and parts.username is None
    # The host stands in the policy of the page whose form leads there: nothing else may stand in it.
    if not (host and HOST.fullmatch(host) and secure and plain and len(uri) <= 2000):
        raise _fault(pointer, "bad_address", "须为 https 地址,不含片段与通配符 (https, without fragment or wildcard)")


def grant_types(kind: str, redirect_uris: Sequence[str]) -> list[str]:
    """What a client of a kind may ask the token endpoint for."""
    for_people = ["authorization_code", "refresh_token"] if redirect_uris else []
    return (["client_credentials"] if kind == AGENCY else []) + for_people


def check_method(kind: str, method: str) -> None:
    """An agency proves itself by a key of its own: a shared secret proves nothing to a third party."""
    if kind == AGENCY and method != PRIVATE_KEY_JWT:
        raise _fault("/token_endpoint_auth_method", "key_required", "部门系统须使用 private_key_jwt")


def checked_key(key: Mapping[str, Any]) -> dict[str, str]:
    """The public key as it is kept: only what a verifier needs. Raises BadKey.

    P-256, Ed25519, or RSA of 2048 to 4096 bits (RFC 7517, RFC 8037; NIST SP 800-57).
    """
    if len(json.dumps(dict(key))) > LONGEST_KEY:
        raise _bad_key("too_long", "密钥过长 (too long)")
    if PRIVATE_MEMBERS & key.keys():
        raise _bad_key(
            "private_key", "请勿发送私钥;该密钥已泄露,请更换 (a private key: it counts as leaked now, make another)"
        )
    kind = key.get("kty")
    if kind not in PUBLIC_MEMBERS or not isinstance(kind, str):
        raise _bad_key("key_type", "支持 EC P-256、OKP Ed25519、RSA (EC P-256, OKP Ed25519 or RSA)")
    if not isinstance(key.get("kid"), str) or not KID.fullmatch(key["kid"]):
        raise _bad_key("kid", "须有 kid,1 至 64 个字符 (a kid of 1 to 64 of A-Z a-z 0-9 . _ ~ -)")
    if key.get("use", "sig") != "sig":
        raise _bad_key("use", "用途须为签名 (use must be sig)")
    algorithm = key.get("alg", KEY_ALGORITHMS[kind][0])
    if algorithm not in KEY_ALGORITHMS[kind]:
        raise _bad_key("alg", f"alg: {', '.join(KEY_ALGORITHMS[kind])}")
    _check_material(kind, key)
    kept = {"kty": kind, "kid": key["kid"], "use": "sig"}
    if "alg" in key:
        kept["alg"] = algorithm
    return kept | {name: key[name] for name in PUBLIC_MEMBERS[kind]}


def _check_material(kind: str, key: Mapping[str, Any]) -> None:
    if kind in CURVES and key.get("crv") != CURVES[kind]:
        raise _bad_key("curve", f"crv: {CURVES[kind]}")
    numbers = [name for name in PUBLIC_MEMBERS[kind] if name != "crv"]
    lengths = {name: len(_number(key.get(name))) for name in numbers}
    if kind in CURVES and any(length != 32 for length in lengths.values()):
        raise _bad_key("coordinates", "坐标长度不正确 (coordinates of 32 bytes)")
    if kind == "RSA":
        bits = int.from_bytes(_number(key["n"])).bit_length()
        if not FEWEST_BITS <= bits <= MOST_BITS:
            raise _bad_key("key_size", f"RSA {FEWEST_BITS}–{MOST_BITS} 位 (bits)")
        if int.from_bytes(_number(key["e"])) != 65_537:
            raise _bad_key("exponent", "e 须为 AQAB (65537)")


def _number(value: object) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise _bad_key("encoding", "须为 base64url (base64url without padding)")
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except binascii.Error as exc:
        raise _bad_key("encoding", "须为 base64url (base64url without padding)") from exc


def _bad_key(code: str, message: str) -> BadKey:
    return BadKey(message, errors=[FieldError("/key", code, message)])


def _fault(pointer: str, code: str, message: str) -> BadRegistration:
    return BadRegistration(message, errors=[FieldError(pointer, code, message)])
