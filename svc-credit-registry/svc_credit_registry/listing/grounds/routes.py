"""The law of the lists, for everybody."""

from shared.auth import Public
from shared.http import Router, cached
from svc_credit_registry.listing.grounds.rules import ABNORMAL, DRAFTS, SERIOUS
from svc_credit_registry.listing.grounds.schemas import ListLawOut, terms_out
from svc_credit_registry.replies import ReplyDep

router = Router(tags=["lists"], dependencies=[Public])


@router.get("/v1/list-terms", operation_id="list_list_terms", summary="名录规则 Grounds and terms of the lists")
async def list_list_terms(reply: ReplyDep) -> ListLawOut:
    """Each measure with its grounds and periods and since when it is in force; a draft says that it is none."""
    english = reply.english
    reply.response.headers.update(cached("register", by_language=True))
    items = [terms_out(terms, draft=False, english=english) for terms in (*ABNORMAL, *SERIOUS)]
    return ListLawOut(items=[*items, *(terms_out(terms, draft=True, english=english) for terms in DRAFTS)])
