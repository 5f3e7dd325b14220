"""Conditional requests (RFC 9110, section 13): who edits names the version he saw; who reads may hear "unchanged"."""

import hashlib
import re
from typing import Annotated, Protocol

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from shared import errors

ETAG = re.compile(r'^"(\d{1,18})(?:-[A-Za-z0-9]+)?"$')


class HasVersion(Protocol):
    """Anything with a version number."""

    version: int


def etag(row: HasVersion) -> str:
    """The strong entity tag of a row: its version in quotes."""
    return f'"{row.version}"'


def view_etag(row: HasVersion, view: BaseModel) -> str:
    """The strong entity tag of one view of a row: another language, reader or part of the case is another document.

    If-Match reads the version in front alone, so an edit rests on what people edit and on nothing else.
    """
    digest = hashlib.sha256(view.model_dump_json().encode()).hexdigest()
    return f'"{row.version}-{digest[:12]}"'


def set_etag(response: Response, row: HasVersion) -> None:
    """Names the version in the answer."""
    response.headers["ETag"] = etag(row)


def not_modified(request: Request, tag: str) -> bool:
    """Whether If-None-Match names `tag`, so that 304 is the answer."""
    asked = request.headers.get("if-none-match", "")
    return asked.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in asked.split(",")}


def if_match(
    value: Annotated[
        str | None, Header(alias="If-Match", description="The ETag of what you edit, as you last read it")
    ] = None,
) -> int:
    """The version which the caller edits. 428 without the header, 412 when it can't be one of ours."""
    if value is None:
        raise errors.PreconditionRequired("Send If-Match with the ETag of what you edit.")
    match = ETAG.match(value.strip())
    if match is None:
        raise errors.StaleVersion("If-Match must be the ETag which this address gave you.")
    return int(match[1])


IfMatch = Annotated[int, Depends(if_match)]


def check_version(row: HasVersion, version: int) -> None:
    """Refuses with 412 when `row` has moved on since the caller read `version`."""
    if row.version != version:
        raise errors.StaleVersion(current_etag=etag(row))
