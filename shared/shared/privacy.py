"""Personal data: masked when shown, encrypted when stored, refused when a mask comes back as a value (PIPL art. 51)."""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_MASKS = "*＊"
_COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 夏侯 轩辕 端木 独孤 南宫 百里 东郭 西门 呼延 澹台 公冶 淳于".split()  # noqa: E501, SIM905 - one list of names reads better as one line
)


def mask_name(name: str) -> str:
    """The surname, the given name as stars: 张伟 is 张*, 欧阳娜娜 is 欧阳**. A name of one character is a star."""
    if len(name) < 2:
        return "*" * len(name)
    shown = 2 if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else 1
    return name[:shown] + "*" * (len(name) - shown)


def mask_id_number(number: str) -> str:
    """The last four characters only; of a shorter text than eight nothing."""
    shown = 4 if len(number) >= 8 else 0
    return "*" * (len(number) - shown) + number[len(number) - shown :]


def mask_phone(number: str) -> str:
    """138****1234: the first three and the last four; of a shorter text than eleven the last two."""
    if len(number) >= 11:
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    shown = 2 if len(number) >= 7 else 0
    return "*" * (len(number) - shown) + number[len(number) - shown :]


def is_masked(text: str) -> bool:
    """Whether `text` holds a mask character, which no name, number or phone has."""
    return any(mask in text for mask in _MASKS)


def _refuse_masked(value: str) -> str:
    if is_masked(value):
        raise PydanticCustomError("masked_value", "已脱敏的内容不能作为新值提交 (a masked value is not stored)")
    return value


Unmasked = Annotated[str, AfterValidator(_refuse_masked)]
"""Text of a request body which refuses a masked value sent back, so that a mask never overwrites what it hides."""


class Undecipherable(Exception):
    """A ciphertext can't be read: its key is not in the ring, it was altered, or it belongs to another column."""


class Keyring:
    """Keys by id. The active one encrypts, all decrypt; each ciphertext names its key (AES-256-GCM).

    To rotate, add a key, make it active, re-encrypt what is not `is_current`, then drop the old one. The index key
    never rotates with them: blind indexes must stay comparable.
    """

    def __init__(self, active: str, keys: Mapping[str, bytes], index: bytes | None = None) -> None:
        """`keys` are 32 bytes each. Without `index` it is derived from the first of `keys`. Raises ValueError."""
        if active not in keys:
            raise ValueError("the active key is not in the keyring")
        for key_id, key in keys.items():
            if len(key) != 32 or not 1 <= len(key_id.encode()) <= 255:
                raise ValueError("a key is 32 bytes under an id of 1 to 255 bytes")
        self._active = active
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        if index is not None and len(index) != 32:
            raise ValueError("the index key is 32 bytes")
        first = next(iter(keys.values()))
        self._index = index or HKDF(SHA256(), length=32, salt=None, info=b"blind index").derive(first)

    def __repr__(self) -> str:
        return f"Keyring(active={self._active!r}, keys={sorted(self._ciphers)!r})"

    @classmethod
    def from_json(cls, text: str) -> "Keyring":
        """Read `{"active": "k1", "keys": {"k1": "<base64>"}, "index": "<base64>"}`; `index` may be absent.

        Raises ValueError, whose message never holds a part of the text.
        """
        try:
            data = json.loads(text)
            keys = {key_id: base64.b64decode(key, validate=True) for key_id, key in data["keys"].items()}
            index = base64.b64decode(data["index"], validate=True) if "index" in data else None
            return cls(data["active"], keys, index)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError("the keyring is not readable: active, keys of 32 bytes in base64, index") from None

    @classmethod
    def from_file(cls, path: Path) -> "Keyring":
        """Read the file's text as `from_json` does. Raises OSError, ValueError."""
        return cls.from_json(path.read_text(encoding="utf-8"))

    def encrypt(self, text: str, associated: str) -> bytes:
        """`text` under the active key, bound to `associated` (the column that may hold it)."""
        header = _header(self._active)
        nonce = os.urandom(12)
        return header + nonce + self._ciphers[self._active].encrypt(nonce, text.encode(), header + associated.encode())

    def decrypt(self, ciphertext: bytes, associated: str) -> str:
        """The text. Raises Undecipherable."""
        key_id = _key_id(ciphertext)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Undecipherable(f"no key {key_id!r} in the keyring")
        header, body = _header(key_id), ciphertext[len(_header(key_id)) :]
        try:
            return cipher.decrypt(body[:12], body[12:], header + associated.encode()).decode()
        except (InvalidTag, ValueError):
            raise Undecipherable(f"altered, or not of {associated}") from None

    def is_current(self, ciphertext: bytes) -> bool:
        """Whether the active key made it; if not, it waits for re-encryption."""
        return _key_id(ciphertext) == self._active

    def blind_index(self, value: str, scope: str = "") -> bytes:
        """HMAC-SHA256 of `value`, 32 bytes, for equality look-ups; `scope` keeps columns apart. Normalise first."""
        return hmac.new(self._index, f"{scope}\0{value}".encode(), hashlib.sha256).digest()


def new_keyring_json() -> str:
    """The JSON of a keyring with one fresh key, for a first start."""
    first, index = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    return json.dumps({"active": "k1", "keys": {"k1": first}, "index": index})


def _header(key_id: str) -> bytes:
    name = key_id.encode()
    return b"\x01" + bytes([len(name)]) + name


def _key_id(ciphertext: bytes) -> str:
    if len(ciphertext) < 2 or ciphertext[0] != 1:
        raise Undecipherable("no ciphertext of this format")
    try:
        return ciphertext[2 : 2 + ciphertext[1]].decode()
    except UnicodeDecodeError:
        raise Undecipherable("no ciphertext of this format") from None


_process_keyring: Keyring | None = None


def set_keyring(keyring: Keyring) -> None:
    """Set the process's keyring, once at its start: column types can't be handed one with each statement."""
    global _process_keyring
    _process_keyring = keyring


def keyring() -> Keyring:
    """The process's keyring. Raises RuntimeError before `set_keyring`."""
    if _process_keyring is None:
        raise RuntimeError("no keyring: call shared.privacy.set_keyring() when the process starts")
    return _process_keyring


def blind_index(value: str, scope: str = "") -> bytes:
    """`Keyring.blind_index` of the process's keyring."""
    return keyring().blind_index(value, scope)


class EncryptedText(TypeDecorator[str]):
    """Text that the database only sees encrypted (bytea). Declare it with its `table.column`: a ciphertext copied
    into another column can't be read there.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, associated: str) -> None:
        super().__init__()
        self.associated = associated

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(value, self.associated)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().decrypt(value, self.associated)
