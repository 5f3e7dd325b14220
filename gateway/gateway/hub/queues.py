"""What waits for a member of staff, in all services at once: how much, and where."""

import asyncio
from dataclasses import dataclass

from fastapi import Request

from gateway.hub.asking import ask
from gateway.hub.schemas import MyQueues, QueueOut
from shared.auth import Caller


@dataclass(frozen=True)
class Source:
    """A service's queue, and what people call it: Chinese, English."""

    service: str
    path: str
    titles: tuple[str, str]


SOURCES = (
    Source("services", "/v1/applications/queue", ("待办申请", "Applications")),
    Source("complaints", "/v1/complaints/queue", ("待办投诉", "Complaints")),
    Source("disclosure", "/v1/articles/queue", ("待办公开信息", "Articles")),
)


async def queues_of(request: Request, caller: Caller, *, english: bool) -> MyQueues:
    """The queues that the caller may see; nobody but staff has any, and a service that is away is named."""
    if caller.kind != "staff":
        return MyQueues(queues=[], unavailable=[])
    params = {"limit": 1, "count": "capped"}
    answers = await asyncio.gather(*(ask(request, caller, one.service, one.path, params) for one in SOURCES))
    queues, unavailable = [], []
    for source, page in zip(SOURCES, answers, strict=True):
        if not isinstance(page, dict) or (page and "count" not in page):
            unavailable.append(source.service)
        elif page:  # an empty answer is that of a service with nothing for this caller
            queues.append(
                QueueOut(
                    service=source.service,
                    title=source.titles[english],
                    count=int(page["count"] or 0),
                    count_capped=bool(page.get("count_capped")),
                    url=f"/api/{source.service}{source.path}",
                )
            )
    return MyQueues(queues=queues, unavailable=unavailable)
