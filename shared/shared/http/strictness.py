"""What no route takes: JSON outside I-JSON (RFC 7493), and characters which no column of the database can hold.

It is refused here, once, before the content reaches a schema: a parser which lets the last of two equal names win, or a
NUL byte on its way to PostgreSQL, would otherwise be every route's own concern.
"""

import json
import math
import re
from email.message import Message
from typing import Any, NoReturn

from fastapi import Request

from shared import errors
from shared.errors import FieldError

DEPTH = 64
LARGEST = 2**63
NO_TEXT = re.compile("[\x00\ud800-\udfff]")
# Beyond that: what XML can't carry, and marks which let a published text read otherwise than it is (Unicode TR 36).
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
FORM = "application/x-www-form-urlencoded"


class NotJson(errors.UnsupportedMedia):
    code, title, title_zh = "json_expected", "Send the content as application/json", "请以 application/json 提交内容"


def refuse_characters(request: Request) -> None:
    """Refuses a NUL character in the path or the query with 422."""
    if "\x00" in request.scope["path"]:
        raise errors.Invalid(errors=[FieldError("#path", "character_refused", "A NUL character is not taken.")])
    if b"%00" in request.scope["query_string"]:
        names = [name for name, value in request.query_params.multi_items() if "\x00" in name + value]
        where = [FieldError(f"#query/{name}", "character_refused", "A NUL character is not taken.") for name in names]
        raise errors.Invalid(errors=where)


async def refuse_json(request: Request) -> None:
    """Refuses a body which is no JSON (400, or 415 by its type), or none which can be kept (422)."""
    raw = await request.body()
    if not raw:
        return  # whether a body is needed is the schema's to say
    if not _says_json(request.headers.get("content-type")):
        raise NotJson
    faults = faults_of(_parsed(raw))
    if faults:
        raise errors.Invalid(errors=faults)


async def refuse_form(request: Request) -> None:
    """Refuses a NUL character in a form with 422."""
    if request.headers.get("content-type", "").startswith(FORM):
        raw = await request.body()
        if b"%00" in raw or b"\x00" in raw:
            raise errors.Invalid(errors=[FieldError("/", "character_refused", "A NUL character is not taken.")])


def _says_json(content_type: str | None) -> bool:
    message = Message()
    message["content-type"] = content_type or "application/octet-stream"
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(), object_pairs_hook=_object, parse_constant=_no_number, parse_int=_integer)
    except json.JSONDecodeError as exc:
        raise _unreadable(f"Not JSON at character {exc.pos}: {exc.msg}.") from exc
    except UnicodeDecodeError as exc:
        raise _unreadable(f"Not UTF-8 at byte {exc.start}.") from exc
    except RecursionError as exc:
        raise errors.Invalid(errors=[_too_deep("/")]) from exc


def _unreadable(message: str) -> errors.BadRequest:
    return errors.BadRequest("The body is not valid JSON.", errors=[FieldError("/", "json_invalid", message)])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise errors.Invalid(errors=[FieldError("/", "name_repeated", "An object names a member twice.")])
    return found


def _no_number(name: str) -> NoReturn:
    raise _unreadable(f"{name} is no number in JSON.")


def _integer(digits: str) -> int:
    # Python refuses to read thousands of digits; a bound beyond what is taken anyway keeps that out of sight.
    return int(digits) if len(digits) <= 40 else LARGEST


def faults_of(content: Any) -> list[FieldError]:
    """What in parsed JSON can't be kept: unfit characters, numbers out of range, depth beyond 64."""
    faults: list[FieldError] = []
    waiting: list[tuple[str, Any, int]] = [("", content, 0)]
    while waiting and len(faults) < 20:
        where, value, depth = waiting.pop()
        if depth > DEPTH:
            faults.append(_too_deep(where))
        elif isinstance(value, dict):
            if any(UNFIT.search(name) for name in value):
                faults.append(_bad_text(where))
            waiting += [(f"{where}/{_escaped(name)}", inner, depth + 1) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{where}/{i}", inner, depth + 1) for i, inner in enumerate(value)]
        else:
            faults += _faults_of_scalar(where, value)
    return faults


def _faults_of_scalar(where: str, value: Any) -> list[FieldError]:
    if isinstance(value, str) and UNFIT.search(value):
        return [_bad_text(where)]
    if (isinstance(value, int) and not -LARGEST <= value < LARGEST) or (isinstance(value, float) and math.isinf(value)):
        return [FieldError(where or "/", "number_out_of_range", "The number is out of range.")]
    return []


def _escaped(name: str) -> str:
    return UNFIT.sub("\ufffd", name).replace("~", "~0").replace("/", "~1")


def _bad_text(where: str) -> FieldError:
    return FieldError(
        where or "/", "character_refused", "Control characters, half characters and marks of direction are not taken."
    )


def _too_deep(where: str) -> FieldError:
    # The start of the pointer says enough: the whole of it is as long as the nesting is deep.
    return FieldError(where[:200] or "/", "too_deep", f"At most {DEPTH} levels of nesting are taken.")
