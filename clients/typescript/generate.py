"""Writes the document that the client is generated from: the committed documents of all services, merged.

What the client itself adds to a call, an Idempotency-Key, need not be given by who uses it.
"""

import json
from pathlib import Path
from typing import Any

from gateway.reference.merge import merge

ROOT = Path(__file__).parents[2]
TARGET = Path(__file__).with_name("generated") / "openapi.json"
ADDED = "Idempotency-Key"


def document() -> dict[str, Any]:
    """The merged document with what the client adds made optional."""
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "docs/openapi").glob("*.json")}
    own = found.pop("gateway")
    merged = merge(own, found, cookie="sid", origin="http://localhost:8000")
    for item in merged["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                parameter["required"] = parameter.get("required", False) and parameter["name"] != ADDED
    return merged


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(document(), ensure_ascii=False, indent=1), encoding="utf-8")
