"""Enumerations as data, for those who build forms and tables."""

import hashlib
from typing import Annotated

from fastapi import Path, Request, Response

from shared.auth import Public
from shared.http import Router, not_modified
from svc_credit_registry.publication.enumerations.errors import EnumerationUnknown
from svc_credit_registry.publication.enumerations.rules import ENUMERATIONS, Enumeration
from svc_credit_registry.publication.enumerations.schemas import EnumerationList, EnumerationOut, ValueOut
from svc_credit_registry.replies import ReplyDep

router = Router(prefix="/v1/enumerations", tags=["classification"], dependencies=[Public])

TAG = f'"{hashlib.sha256(repr(ENUMERATIONS).encode()).hexdigest()[:16]}"'
CACHE = {"Cache-Control": "public, max-age=3600, s-maxage=60", "ETag": TAG}


@router.get("", operation_id="list_enumerations", summary="枚举 All enumerations with their labels")
async def list_enumerations(reply: ReplyDep) -> EnumerationList:
    """Every enumeration of this interface: its values in their order, in Chinese and English."""
    _mark(reply.request, reply.response)
    return EnumerationList(items=[_out(enumeration) for enumeration in ENUMERATIONS.values()])


@router.get("/{name}", operation_id="get_enumeration", summary="枚举 One enumeration with its labels")
async def get_enumeration(
    reply: ReplyDep, name: Annotated[str, Path(max_length=60, examples=["record-kinds"])]
) -> EnumerationOut:
    """The values of one enumeration; `regions` and `industries` say where their lists are. 404 for an unknown one."""
    if name not in ENUMERATIONS:
        raise EnumerationUnknown(name)
    _mark(reply.request, reply.response)
    return _out(ENUMERATIONS[name])


def _mark(request: Request, response: Response) -> None:
    response.headers.update(CACHE)
    if not_modified(request, TAG):
        response.status_code = 304


def _out(enumeration: Enumeration) -> EnumerationOut:
    values = [ValueOut(value=value, label=zh, label_en=en) for value, (zh, en) in enumeration.values.items()]
    return EnumerationOut(
        name=enumeration.name,
        label=enumeration.title[0],
        label_en=enumeration.title[1],
        values=values,
        url=enumeration.elsewhere or f"/v1/enumerations/{enumeration.name}",
    )
