"""What may be handed in as a material: what the guide lists, up to 20 MiB, as PDF, PNG or JPEG."""

import re
from collections.abc import Collection

SIZE_LIMIT = 20 * 1024 * 1024
MEDIA_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg"})
EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
# Control characters, what file systems refuse, and marks which turn the direction of writing and so hide an ending.
UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"\\/:*?<>|\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+')
NAME_LIMIT = 120


def clean_filename(given: str | None, code: str, media_type: str) -> str:
    """A file name that is safe in a header and on a disk; without one it is named after the material."""
    name = UNSAFE.sub("_", (given or "").strip()).strip(". ")[-NAME_LIMIT:]
    return name or f"{code}.{EXTENSIONS[media_type]}"


def missing(required: Collection[str], present: Collection[str]) -> list[str]:
    """Codes of required materials which are not there yet."""
    return sorted(set(required) - set(present))
