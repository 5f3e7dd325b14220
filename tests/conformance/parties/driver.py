"""How an application speaks with the driver: JSON lines over standard output and input."""

import json
import sys
from pathlib import Path
from typing import Any

TOLD: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")) if len(sys.argv) > 1 else {}


def _ask(question: dict[str, str]) -> dict[str, str]:
    sys.stdout.write(json.dumps(question) + "\n")
    sys.stdout.flush()
    answer: dict[str, str] = json.loads(sys.stdin.readline())
    return answer


def visit(url: str) -> str:
    """Sends the person to an address; where the browser came back to."""
    return _ask({"visit": url})["landed"]


def logout_token() -> str:
    """What the provider sent to the application's address for log-outs."""
    return _ask({"want": "logout_token"})["logout_token"]


def done(step: str) -> None:
    """Says that a step of the journey is done."""
    sys.stdout.write(json.dumps({"done": step}) + "\n")
    sys.stdout.flush()
