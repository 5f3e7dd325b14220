"""Takes in and gives out the files of an application."""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.files import EmptyFile as EmptyUpload
from shared.files import FileStore, StoredFile
from svc_services.materials import queries
from svc_services.materials.errors import EmptyFile, MaterialNotInGuide, MaterialUnknown
from svc_services.materials.models import Material
from svc_services.materials.rules import MEDIA_TYPES, SIZE_LIMIT, clean_filename
from svc_services.matters.schemas import MaterialSpec


@dataclass(frozen=True)
class Upload:
    """A file on its way in."""

    stream: AsyncIterator[bytes]
    filename: str | None
    at: datetime


def spec_of(specs: Sequence[MaterialSpec], code: str) -> MaterialSpec:
    """What the guide says of a material; 422 when it lists none of that code: nothing may be added to a guide."""
    found = next((s for s in specs if s.code == code), None)
    if found is None:
        raise MaterialNotInGuide(code, listed=[s.code for s in specs])
    return found


async def receive(files: FileStore, spec: MaterialSpec, upload: Upload) -> StoredFile:
    """The file as it now lies in the store. 413 above 20 MiB, 415 for other types than listed, 422 when empty."""
    allowed = MEDIA_TYPES & frozenset(spec.media_types)
    try:
        return await files.save(upload.stream, limit=SIZE_LIMIT, allowed=allowed)
    except EmptyUpload:
        raise EmptyFile(spec.code) from None


async def enter(
    session: AsyncSession, application_id: uuid.UUID, code: str, upload: Upload, stored: StoredFile
) -> Material:
    """Makes a stored file the one for a material, in place of an earlier one."""
    values = {
        "filename": clean_filename(upload.filename, code, stored.media_type),
        "media_type": stored.media_type,
        "size": stored.size,
        "sha256": stored.sha256,
        "uploaded_at": upload.at,
    }
    row = (
        insert(Material)
        .values(application_id=application_id, code=code, **values)
        .on_conflict_do_update(index_elements=[Material.application_id, Material.code], set_=values)
        .returning(Material)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(row)).one()


async def handed_in(session: AsyncSession, application_id: uuid.UUID, code: str) -> Material:
    """The file for one material; 404 when there is none."""
    found = await queries.one(session, application_id, code)
    if found is None:
        raise MaterialUnknown(code)
    return found
