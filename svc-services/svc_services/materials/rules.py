"""What may be handed in as a material: what the guide lists, up to 20 MiB, as PDF, PNG or JPEG."""

import re
from collections.abc import Collection

SIZE_LIMIT = 20 * 1024 * 1024
MEDIA_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg"})
EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')
NAME_LIMIT = 120


def clean_filename(given: str | None, code: str, media_type: str) -> str:
    """A file name that is safe in a header and on a disk; without one it is named after the material."""
    name = UNSAFE.sub("_", (given or "").strip()).strip(". ")[-NAME_LIMIT:]
    return name or f"{code}.{EXTENSIONS[media_type]}"


def missing(required: Collection[str], present: Collection[str]) -> list[str]:
    """Codes of required materials which are not there yet."""
    return sorted(set(required) - set(present))
