"""What waits for a member of staff, in all services at once: how much, and where."""

import asyncio
from dataclasses import dataclass

from fastapi import Request

from gateway.access import Visitor
from gateway.hub.asking import ask
from gateway.hub.schemas import MyQueues, QueueOut
from shared.auth import Caller


@dataclass(frozen=True)
class Source:
    """A service's queue, what people call it (Chinese, English), and with which part of the rights it may be read."""

    service: str
    path: str
    titles: tuple[str, str]
    rights: str


REGISTRY = "credit-registry"
LISTS, FILINGS = f"{REGISTRY}:lists:", f"{REGISTRY}:filings:"
SOURCES = (
    Source("services", "/v1/applications/queue", ("待办申请", "Applications"), "services:applications:"),
    Source("complaints", "/v1/complaints/queue", ("待办投诉", "Complaints"), "complaints:"),
    Source("disclosure", "/v1/articles/queue", ("待办公开信息", "Articles"), "disclosure:articles:"),
    Source(REGISTRY, "/v1/objections/queue", ("待核查公示信息异议", "Objections to published information"), FILINGS),
    Source(REGISTRY, "/v1/publication-orders/queue", ("责令公示", "Orders to publish"), FILINGS),
    Source(REGISTRY, "/v1/list-entries/queue", ("待办列入", "Proposals to list"), LISTS),
    Source(REGISTRY, "/v1/list-hearings/queue", ("待办听证", "Hearings to give notice of"), LISTS),
    Source(REGISTRY, "/v1/list-objections/queue", ("待办列入异议", "Objections to being listed"), LISTS),
    Source(REGISTRY, "/v1/list-removals/queue", ("待办移出", "Applications for removal from a list"), LISTS),
    Source(REGISTRY, "/v1/repairs/queue", ("待办信用修复", "Applications for credit repair"), LISTS),
    Source(REGISTRY, "/v1/resource-requests/queue", ("待答复共享申请", "Requests for data"), f"{REGISTRY}:resources:"),
)


async def queues_of(request: Request, caller: Caller, *, english: bool) -> MyQueues:
    """The queues that the caller may see; nobody but staff has any, and a service that is away is named."""
    if caller.kind != "staff":
        return MyQueues(queues=[], unavailable=[])
    params = {"limit": 1, "count": "capped"}
    asked = [source for source in SOURCES if _may_read(caller, source)]
    answers = await asyncio.gather(*(ask(request, caller, one.service, one.path, params) for one in asked))
    queues, unavailable = [], dict[str, None]()
    for source, page in zip(asked, answers, strict=True):
        if not isinstance(page, dict) or (page and "count" not in page):
            unavailable[source.service] = None
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
    return MyQueues(queues=queues, unavailable=list(unavailable))


def _may_read(caller: Caller, source: Source) -> bool:
    """Whether to ask at all. A session knows all rights of its person, a token for the gateway only those for it."""
    return not isinstance(caller, Visitor) or any(right.startswith(source.rights) for right in caller.permissions)
