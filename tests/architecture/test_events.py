"""Every event has a class, a golden sample, a page and a producer; every handler a producer to listen to."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.events import EVENTS
from shared.events.envelope import Envelope, aggregate_type

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests/contracts/events"
KERNEL = {"audit.log.sealed.v1"}


def published(descriptions: dict[str, dict[str, Any]]) -> set[str]:
    return KERNEL | {type_ for d in descriptions.values() for type_ in d["publishes"]}


def test_every_event_class_is_published_by_its_own_service(descriptions: dict[str, dict[str, Any]]) -> None:
    assert published(descriptions) == set(EVENTS)
    for package, description in descriptions.items():
        producer = package.removeprefix("svc_")
        assert all(type_.split(".")[0] == producer for type_ in set(description["publishes"]) - KERNEL)


def test_every_handled_event_is_published(descriptions: dict[str, dict[str, Any]]) -> None:
    handled = {type_ for d in descriptions.values() for type_ in d["handles"]}
    assert handled <= published(descriptions)


@pytest.mark.parametrize("type_", sorted(EVENTS))
def test_every_event_has_golden_samples_which_its_class_still_reads(type_: str) -> None:
    samples = sorted(SAMPLES.glob(f"{type_}*.json"))
    assert samples, f"add tests/contracts/events/{type_}.json"
    for path in samples:
        envelope = Envelope.model_validate_json(path.read_text(encoding="utf-8"))
        event = EVENTS[type_].model_validate(envelope.data)
        assert envelope.type == type_
        assert event.aggregate_id == envelope.subject
        kept = json.loads(event.model_dump_json(exclude_unset=True))
        assert kept == envelope.data, "a field of the sample is no longer read"


@pytest.mark.parametrize("type_", sorted(EVENTS))
def test_every_event_is_in_the_docs_with_its_stream(type_: str) -> None:
    page = (ROOT / "docs/events.md").read_text(encoding="utf-8")
    assert f"`{type_}`" in page
    assert f"`{type_.split('.', 1)[0].upper()}`" in page


def test_subjects_are_named_service_noun_fact_version() -> None:
    for type_, cls in EVENTS.items():
        service, noun, fact, version = type_.split(".")
        assert all((service, noun, fact))
        assert version.startswith("v")
        assert cls.__name__.endswith(version.upper())
        assert cls.KEY in cls.model_fields
        assert aggregate_type(type_) == f"{service}.{noun}"
