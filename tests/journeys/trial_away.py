"""A service which hangs, and then is killed: whoever needs it is told so, and it comes back with nothing lost."""

import os
import signal
import uuid

import psutil
import pytest

from shared.local.journey.establishment import REGISTRY, SERVICES
from shared.local.journey.people import Person, new_trade_name
from tests.local.running import until
from tests.support.platform import Platform
from tests.support.processes import told_by

pytestmark = pytest.mark.platform
HUB = "/api/hub/v1"


def process_of(platform: Platform, package: str) -> psutil.Process:
    name = package.replace("_", "-")[:15]  # the kernel keeps so much of a process's name
    for child in psutil.Process(platform.runner.pid).children(recursive=True):
        if told_by(child.name) == name:
            return child
    raise AssertionError(f"{package} does not run")


def test_while_the_registry_is_away_a_name_check_says_so_and_later_works(platform: Platform, citizen: Person) -> None:
    name = {"region": "421303", "trade_name": new_trade_name(), "industry_code": "C15", "industry_word": "酒业",
            "organisation_form": "有限公司"}  # fmt: skip
    registry = process_of(platform, "svc_credit_registry")
    key = str(uuid.uuid4())
    os.kill(registry.pid, signal.SIGSTOP)  # a service which hangs is worse than one which is gone
    try:
        away = citizen.json("POST", f"{SERVICES}/name-reservations", json=name, key=key, expect=503)
        assert away["code"] == "dependency_unavailable"
        assert citizen.http.get(f"{HUB}/items").status_code == 200
    finally:
        registry.kill()
    until(lambda: citizen.http.get(f"{REGISTRY}/regions").status_code == 200)
    citizen.call("POST", f"{SERVICES}/name-reservations", json=name, key=key, expect=201)


def test_the_hub_names_the_service_that_is_away(platform: Platform, citizen: Person) -> None:
    complaints = process_of(platform, "svc_complaints")
    complaints.suspend()
    try:
        page = citizen.json("GET", f"{HUB}/items")
        assert page["unavailable"] == ["complaints"]
    finally:
        complaints.kill()
    until(lambda: citizen.json("GET", f"{HUB}/items", quiet=True)["unavailable"] == [])
