"""The desks of a disclosure office, and an article brought to where a test wants it."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.apps import ServiceClient, running_service
from tests.support.databases import Emptied, emptied
from tests.support.kept import Kept
from tests.support.servers import Servers

UNIT, REGION = "AMR-421300", "421300"
DRAFT = {
    "column": "notices",
    "title": "关于开展2026年度企业年报公示的通知",
    "summary": "各类企业应当于6月30日前报送年度报告",
    "body": "各有关单位:现将有关事项通知如下。",
    "producer": "随州市市场监督管理局",
    "made_on": "2026-03-02",
}
PASSED = {"outcome": "passed", "basis": "《保守国家秘密法》,未涉及国家秘密"}


@dataclass
class Desk:
    """One person of the office, with the client of the service."""

    client: ServiceClient
    headers: dict[str, str]
    subject: str

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=self.headers | headers)

    async def post(self, path: str, body: object = None, version: int | None = None, **headers: str) -> httpx.Response:
        return await self.client.post(path, json=body, headers=self._unsafe(version) | headers)

    async def patch(self, path: str, body: object, version: int | None = None) -> httpx.Response:
        return await self.client.patch(path, json=body, headers=self._unsafe(version))

    def _unsafe(self, version: int | None) -> dict[str, str]:
        headers = self.headers | {"Idempotency-Key": str(uuid.uuid4())}
        return headers if version is None else headers | {"If-Match": f'"{version}"'}


@dataclass
class Office:
    """Everyone who has a part in an article."""

    client: ServiceClient
    editor: Desk
    reviewer: Desk
    approver: Desk
    leader: Desk
    anyone: Desk
    hire: Callable[..., Desk] = field(repr=False)

    async def drafted(self, **changes: Any) -> dict[str, Any]:
        answer = await self.editor.post("/v1/articles", DRAFT | changes)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def reviewed(self, **changes: Any) -> dict[str, Any]:
        article = await self.drafted(**changes)
        return await done(self.reviewer.post(f"{at(article)}/secrecy-review", PASSED, article["version"]))

    async def approved(self, **changes: Any) -> dict[str, Any]:
        article = await self.reviewed(**changes)
        return await done(self.approver.post(f"{at(article)}/approval", {"outcome": "passed"}, article["version"]))

    async def published(self, **changes: Any) -> dict[str, Any]:
        article = await self.approved(**changes)
        return await done(self.editor.post(f"{at(article)}/publication", None, article["version"]))


def at(article: dict[str, Any]) -> str:
    return f"/v1/articles/{article['id']}"


async def done(answer: Awaitable[httpx.Response]) -> dict[str, Any]:
    response = await answer
    assert response.status_code == 200, response.text
    return dict(response.json())


def refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    problem = dict(response.json())
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert response.headers["content-type"] == "application/problem+json"
    return problem


@contextlib.asynccontextmanager
async def kept_running(servers: Servers, folder: Path) -> AsyncIterator[tuple[ServiceClient, Emptied]]:
    """The service without its worker, and its tables, for many tests."""
    async with (
        running_service(servers, "disclosure", folder, inline_worker=False) as client,
        emptied(client.database) as database,
    ):
        yield client, database


@pytest.fixture(scope="module")
async def shared_world(servers: Servers, kept: Kept) -> AsyncIterator[tuple[ServiceClient, Emptied]]:
    """What tests share: the service and its database, as new after the tests of a module."""
    client, database = await kept.get("disclosure", lambda folder: kept_running(servers, folder))
    yield client, database
    await database.begin_anew()


@pytest.fixture
async def office(
    request: pytest.FixtureRequest, shared_world: tuple[ServiceClient, Emptied], servers: Servers, tmp_path: Path,
    bearer: Callable[..., dict[str, str]],
) -> AsyncIterator[Office]:  # fmt: skip
    """Everybody at a service whose tables are emptied before the next test; `alone` it is their own, with worker."""
    if request.node.get_closest_marker("alone") is not None:
        async with running_service(servers, "disclosure", tmp_path) as own:
            yield staffed(own, bearer)
        return
    client, database = shared_world
    yield staffed(client, bearer)
    await database.empty()


def staffed(client: ServiceClient, bearer: Callable[..., dict[str, str]]) -> Office:
    def hire(*permissions: str, unit: str = UNIT, region: str = REGION) -> Desk:
        subject = str(uuid.uuid4())
        granted = [f"disclosure:articles:{name}" for name in permissions]
        headers = bearer(aud="disclosure", sub=subject, kind="staff", permissions=granted, unit=unit, region=region)
        return Desk(client, headers, subject)

    return Office(client, hire("edit"), hire("review"), hire("approve"), hire("lead"), Desk(client, {}, ""), hire)
