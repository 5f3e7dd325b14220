"""Structured fields as far as signatures need them (RFC 9651): dictionaries of inner lists, integers, strings, bytes.

Read strictly, and written again in the one canonical form, because that is what is signed (RFC 9421, 2.3).
"""

import base64
import binascii
import re
from dataclasses import dataclass, field

from gateway.signatures.errors import SignatureMalformed

KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")
INTEGER = re.compile(r"-?[0-9]{1,15}(?![0-9.])")
STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*")
BYTES = re.compile(r":([A-Za-z0-9+/=]*):")
BOOLEAN = re.compile(r"\?([01])")
MOST_MEMBERS = 8


class Token(str):
    """A bare word, which is not a string."""

    __slots__ = ()


Bare = int | str | bytes | bool
Params = dict[str, Bare]


@dataclass(frozen=True)
class Item:
    """A value with its parameters."""

    value: Bare
    params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class InnerList:
    """Values in parentheses, with parameters of the whole."""

    items: tuple[Item, ...]
    params: Params = field(default_factory=dict)

    def __str__(self) -> str:
        return f"({' '.join(written(item) for item in self.items)}){_written_params(self.params)}"


def written(item: Item) -> str:
    """An item in canonical form."""
    return _written_bare(item.value) + _written_params(item.params)


def _written_params(params: Params) -> str:
    return "".join(f";{key}" if value is True else f";{key}={_written_bare(value)}" for key, value in params.items())


def _written_bare(value: Bare) -> str:
    if isinstance(value, bool):
        return f"?{value:d}"
    if isinstance(value, int | Token):
        return str(value)
    if isinstance(value, bytes):
        return f":{base64.b64encode(value).decode()}:"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Reader:
    """Goes through a field's text once."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def take(self, pattern: "re.Pattern[str]") -> "re.Match[str] | None":
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def eat(self, character: str) -> bool:
        """Whether `character` comes next; it is passed over."""
        if self.text[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True

    def space(self) -> int:
        """Passes over spaces; how many."""
        start = self.at
        while self.eat(" "):
            pass
        return self.at - start

    def key(self) -> str:
        found = self.take(KEY)
        if found is None:
            raise SignatureMalformed(f"A name is missing at {self.at}.")
        return found.group()

    def bare(self) -> Bare:
        if found := self.take(INTEGER):
            return int(found.group())
        if found := self.take(STRING):
            return re.sub(r"\\(.)", r"\1", found.group(1))
        if found := self.take(BYTES):
            return _decoded(found.group(1))
        if found := self.take(BOOLEAN):
            return found.group(1) == "1"
        if found := self.take(TOKEN):
            return Token(found.group())
        raise SignatureMalformed(f"A value is missing at {self.at}.")

    def params(self) -> Params:
        found: Params = {}
        while self.eat(";"):
            self.space()
            key = self.key()
            if key in found:
                raise SignatureMalformed(f"The parameter {key} is repeated.")
            found[key] = self.bare() if self.eat("=") else True
        return found

    def member(self) -> Item | InnerList:
        if not self.eat("("):
            return Item(self.bare(), self.params())
        items: list[Item] = []
        while True:
            spaces = self.space()
            if self.eat(")"):
                return InnerList(tuple(items), self.params())
            if items and not spaces:
                raise SignatureMalformed(f"Items of a list stand apart: at {self.at}.")
            items.append(Item(self.bare(), self.params()))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as exc:
        raise SignatureMalformed("Bytes are written in base64.") from exc


def dictionary(text: str) -> dict[str, Item | InnerList]:
    """The members of a dictionary. Raises SignatureMalformed for anything else, for repeated and for many members."""
    reader = Reader(text.strip(" "))
    found: dict[str, Item | InnerList] = {}
    while reader.at < len(reader.text):
        key = reader.key()
        if key in found or len(found) >= MOST_MEMBERS:
            raise SignatureMalformed(f"The member {key} is one too many.")
        found[key] = reader.member() if reader.eat("=") else Item(True, reader.params())
        reader.space()
        if reader.at == len(reader.text):
            return found
        if not reader.eat(","):
            raise SignatureMalformed(f"A comma is missing at {reader.at}.")
        reader.space()
        if reader.at == len(reader.text):
            raise SignatureMalformed("There is a comma at the end.")
    return found
