"""Writes a service's OpenAPI document: `python -m shared.local.openapi svc_sso docs/openapi/sso.json`.

One service a process: each has a data model of its own.
"""

import importlib
import json
import sys
from pathlib import Path


def document_of(package: str) -> str:
    """The OpenAPI document of a service as it is committed: two spaces, keys in the order of the code."""
    app = importlib.import_module(f"{package}.main").create_app()
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """The command line."""
    package, path = sys.argv[1:]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(document_of(package), encoding="utf-8")


if __name__ == "__main__":
    main()
