"""Writes `docs/events.md` and `docs/asyncapi.json` from the event classes: `python -m shared.events docs`."""

import inspect
import json
import sys
from pathlib import Path
from typing import Any

from shared.events import EVENTS, PRODUCERS
from shared.events.envelope import Event, aggregate_type, stream_name

INTRODUCTION = """# Events

Made from `shared/shared/events/` by `make openapi`; don't edit it by hand. The rules behind it are in
[decision 0004](decisions/0004-outbox-and-inbox.md) and [0005](decisions/0005-event-versions.md).

Events are CloudEvents 1.0 in JSON with one extension, `sequence`: it counts 1, 2, 3 … within the aggregate (`subject`)
without gaps. The type is also the NATS subject. Within a version only optional fields are added. A machine-readable
description is in [asyncapi.json](asyncapi.json), samples are in `tests/contracts/events/`.
"""


def page() -> str:
    """The page for people."""
    parts = [INTRODUCTION]
    for module in PRODUCERS:
        classes = [cls for cls in EVENTS.values() if cls.__module__ == module.__name__]
        stream = stream_name(classes[0].TYPE)
        parts.append(f"\n## Stream `{stream}`\n\n{inspect.getdoc(module)}\n")
        parts.extend(section(cls) for cls in classes)
    return "".join(parts)


def section(cls: type[Event]) -> str:
    """One event: what it says, its aggregate and its fields."""
    lines = [f"\n### `{cls.TYPE}`\n", f"{inspect.getdoc(cls)}\n"]
    lines.append(f"Aggregate `{aggregate_type(cls.TYPE)}`, identified by `{cls.KEY}`.\n")
    lines.append("| field | type | required |\n| --- | --- | --- |")
    schema = cls.model_json_schema()
    required = set(schema.get("required", []))
    for name, field in schema["properties"].items():
        lines.append(f"| `{name}` | {kind(field)} | {'yes' if name in required else 'no'} |")
    return "\n".join(lines) + "\n"


def kind(field: dict[str, Any]) -> str:
    """A field's type in words."""
    if "anyOf" in field:
        return " or ".join(sorted({kind(option) for option in field["anyOf"]} - {"null"}))
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[-1]
    if "enum" in field:
        return " \\| ".join(f"`{value}`" for value in field["enum"])
    return str(field.get("format") or field.get("type", "any"))


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 description."""
    channels, messages = {}, {}
    for type_, cls in sorted(EVENTS.items()):
        channels[type_] = {
            "address": type_,
            "messages": {cls.__name__: {"$ref": f"#/components/messages/{cls.__name__}"}},
        }
        messages[cls.__name__] = {
            "name": type_,
            "summary": (inspect.getdoc(cls) or "").splitlines()[0],
            "contentType": "application/cloudevents+json",
            "payload": cls.model_json_schema(),
        }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Yiwang events", "version": "1"},
        "channels": channels,
        "components": {"messages": messages},
    }


def main() -> None:
    """The command line: the folder to write into."""
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    (folder / "events.md").write_text(page(), encoding="utf-8")
    text = json.dumps(asyncapi(), ensure_ascii=False, indent=2) + "\n"
    (folder / "asyncapi.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
