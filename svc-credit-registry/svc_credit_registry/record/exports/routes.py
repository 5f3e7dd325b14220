"""Lists that are sent whole, while they are read."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from fastapi.responses import StreamingResponse

from svc_credit_registry.record.exports.rules import Form, head, lines

MEDIA_TYPES: dict[Form, str] = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


def responses(what: str) -> dict[int | str, dict[str, Any]]:
    """How the document of the API describes an export: one of `what` a line."""
    content: dict[str, Any] = {"application/x-ndjson": {}, "text/csv": {}}
    return {200: {"content": content, "description": f"One {what} a line"}}


def exported(
    batches: AsyncIterator[Sequence[Mapping[str, object]]], columns: Sequence[str], form: Form, name: str
) -> StreamingResponse:
    """A list as the file `name`, however long it is: a batch of rows at a time, each row with these columns alone."""

    async def body() -> AsyncIterator[bytes]:
        yield head(columns, form)
        async for batch in batches:
            yield lines(batch, columns, form)

    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingResponse(body(), media_type=MEDIA_TYPES[form], headers=headers)
