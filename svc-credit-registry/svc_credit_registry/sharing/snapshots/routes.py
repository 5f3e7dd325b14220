"""Snapshots of the register, for whoever starts to follow its changes."""

import uuid
from typing import Annotated

from fastapi import Path, Request, Response
from fastapi.responses import FileResponse

from shared.address import public_path
from shared.auth import MaybeCaller
from shared.http import Router
from shared.http.conditional import not_modified
from shared.runtime import RuntimeDep
from svc_credit_registry.replies import ReplyDep
from svc_credit_registry.settings import Settings
from svc_credit_registry.sharing.exchange.rules import Exchanged, ExchangeKind
from svc_credit_registry.sharing.exchange.service import ENTRY_HEADER, AskedDep, log
from svc_credit_registry.sharing.snapshots import queries, service
from svc_credit_registry.sharing.snapshots.models import Snapshot
from svc_credit_registry.sharing.snapshots.schemas import SnapshotFile, SnapshotList, SnapshotOut

router = Router(tags=["stream"])
SHOWN = 100


@router.get("/v1/snapshots", operation_id="list_snapshots", summary="Snapshots of the whole register")
async def list_snapshots(reply: ReplyDep, caller: MaybeCaller) -> SnapshotList:
    """The snapshots that are kept, the newest first, each with the position behind which the change stream goes on."""
    return SnapshotList(items=[_out(reply.request, found) for found in await queries.newest(reply.session, SHOWN)])


@router.get(
    "/v1/snapshots/{snapshot_id}/files/{name}",
    operation_id="get_snapshot_file",
    summary="A file of a snapshot",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/gzip": {}}, "description": "The file; its digest is the ETag"},
        206: {"description": "The part that Range names"},
        304: {"description": "If-None-Match names the digest"},
    },
)
async def get_snapshot_file(
    caller: MaybeCaller,
    asked: AskedDep,
    runtime: RuntimeDep,
    reply: ReplyDep,
    snapshot_id: uuid.UUID,
    name: Annotated[str, Path(max_length=60)],
) -> Response:
    """NDJSON packed by gzip, one resource a line as REST answers it; `Range` fetches a part.

    Who fetches with a token finds the fetch in the log of the exchange.
    """
    settings = runtime.settings
    assert isinstance(settings, Settings)
    snapshot = await service.find(reply.session, snapshot_id)
    path = service.file_of(settings, snapshot, name)
    file = next(SnapshotFile.model_validate(each) for each in snapshot.files if each["name"] == name)
    headers = {"ETag": f'"{file.sha256}"'}
    if not_modified(reply.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if caller is not None:
        exchanged = Exchanged(ExchangeKind.SNAPSHOT, f"snapshots/{snapshot.id}/{name}", file.rows, file.sha256)
        headers[ENTRY_HEADER] = str(await log(reply.session, caller, asked, exchanged))
    return FileResponse(path, media_type=file.media_type, headers=headers)


def _out(request: Request, snapshot: Snapshot) -> SnapshotOut:
    out = SnapshotOut.model_validate(snapshot)
    for file in out.files:
        file.url = public_path(request, f"/v1/snapshots/{snapshot.id}/files/{file.name}")
    return out
