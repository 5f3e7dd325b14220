"""The way of an article over HTTP, and its wrong turns."""

import uuid

import pytest
from sqlalchemy import select

from shared.audit import AuditRow
from tests.svc_disclosure.conftest import DRAFT, PASSED, Office, at, done, refused

RETURNED = {"outcome": "returned", "basis": "标题涉及未公开事项", "note": "请删去第二段"}


async def test_an_article_goes_from_draft_through_review_and_approval_to_the_public(office: Office) -> None:
    draft = await office.drafted()
    assert draft["status"] == "draft"
    assert draft["work"]["next_step"] == "secrecy_review"
    assert draft["index_number"] is None
    reviewed = await done(office.reviewer.post(f"{at(draft)}/secrecy-review", PASSED, draft["version"]))
    assert (reviewed["status"], reviewed["work"]["next_step"]) == ("in_approval", "approval")
    approved = await done(office.approver.post(f"{at(draft)}/approval", {"outcome": "passed"}, reviewed["version"]))
    assert (approved["status"], approved["work"]["next_step"]) == ("approved", None)
    published = await done(office.editor.post(f"{at(draft)}/publication", None, approved["version"]))
    assert published["status_label"] == "已公开"
    assert published["index_number"].startswith("421300-")
    seen = (await office.anyone.get(at(draft))).json()
    assert (seen["title"], seen["body"], seen["work"]) == (DRAFT["title"], DRAFT["body"], None)


async def test_every_act_is_on_record_with_who_and_why(office: Office) -> None:
    article = await office.published()
    async with office.client.sessions() as session:
        query = select(AuditRow).where(AuditRow.object_id == article["id"]).order_by(AuditRow.id)
        rows = (await session.scalars(query)).all()
    assert [(row.action, row.actor) for row in rows] == [
        ("article.drafted", office.editor.subject),
        ("article.secrecy_review", office.reviewer.subject),
        ("article.approval", office.approver.subject),
        ("article.published", office.editor.subject),
    ]
    assert rows[1].reason == PASSED["basis"]
    assert rows[3].after["index_number"] == article["index_number"]


async def test_the_author_neither_reviews_nor_approves_an_own_article(office: Office) -> None:
    everything = office.hire("edit", "review", "approve")
    draft = (await everything.post("/v1/articles", DRAFT)).json()
    answer = await everything.post(f"{at(draft)}/secrecy-review", PASSED, draft["version"])
    refused(answer, 403, "reviewer_is_author")
    reviewed = await done(office.reviewer.post(f"{at(draft)}/secrecy-review", PASSED, draft["version"]))
    answer = await everything.post(f"{at(draft)}/approval", {"outcome": "passed"}, reviewed["version"])
    refused(answer, 403, "approver_is_author")


async def test_who_changed_a_word_is_an_author_too(office: Office) -> None:
    second = office.hire("edit", "approve")
    draft = await office.drafted()
    edited = await done(second.patch(at(draft), {"title": "改过的标题"}, draft["version"]))
    assert edited["work"]["author_ids"] == sorted([office.editor.subject, second.subject])
    reviewed = await done(office.reviewer.post(f"{at(draft)}/secrecy-review", PASSED, edited["version"]))
    answer = await second.post(f"{at(draft)}/approval", {"outcome": "passed"}, reviewed["version"])
    refused(answer, 403, "approver_is_author")


async def test_the_secrecy_review_can_not_be_skipped(office: Office) -> None:
    draft = await office.drafted()
    answer = await office.approver.post(f"{at(draft)}/approval", {"outcome": "passed"}, draft["version"])
    assert refused(answer, 409, "step_not_due")["next_step"] == "secrecy_review"
    answer = await office.editor.post(f"{at(draft)}/publication", None, draft["version"])
    assert refused(answer, 409, "approval_missing")["next_step"] == "secrecy_review"


async def test_an_edit_after_the_approval_voids_it(office: Office) -> None:
    approved = await office.approved()
    edited = await done(office.editor.patch(at(approved), {"body": "换过的正文"}, approved["version"]))
    assert (edited["status"], edited["work"]["next_step"]) == ("draft", "secrecy_review")
    assert [decision["stands"] for decision in edited["work"]["decisions"]] == [False, False]
    restored = await done(office.editor.patch(at(approved), {"body": DRAFT["body"]}, edited["version"]))
    assert restored["work"]["next_step"] == "secrecy_review"
    answer = await office.editor.post(f"{at(approved)}/publication", None, restored["version"])
    refused(answer, 409, "approval_missing")


async def test_an_edit_that_changes_nothing_voids_nothing(office: Office) -> None:
    approved = await office.approved()
    same = await done(office.editor.patch(at(approved), {"title": DRAFT["title"]}, approved["version"]))
    assert (same["status"], same["version"]) == ("approved", approved["version"])


async def test_what_is_returned_starts_again_with_the_review(office: Office) -> None:
    reviewed = await office.reviewed()
    returned = {"outcome": "returned", "note": "依据不清"}
    article = await done(office.approver.post(f"{at(reviewed)}/approval", returned, reviewed["version"]))
    assert (article["status"], article["work"]["next_step"]) == ("draft", "secrecy_review")
    article = await done(office.reviewer.post(f"{at(article)}/secrecy-review", RETURNED, article["version"]))
    assert [d["outcome"] for d in article["work"]["decisions"]] == ["passed", "returned", "returned"]


async def test_a_sensitive_article_needs_its_leader_and_another_person(office: Office) -> None:
    draft = await office.drafted()
    marked = PASSED | {"sensitive": True}
    article = await done(office.reviewer.post(f"{at(draft)}/secrecy-review", marked, draft["version"]))
    both = office.hire("approve", "lead")
    article = await done(both.post(f"{at(draft)}/approval", {"outcome": "passed"}, article["version"]))
    assert article["work"]["next_step"] == "leader_approval"
    refused(await office.editor.post(f"{at(draft)}/publication", None, article["version"]), 409, "approval_missing")
    answer = await both.post(f"{at(draft)}/leader-approval", {"outcome": "passed"}, article["version"])
    refused(answer, 403, "leader_is_approver")
    article = await done(office.leader.post(f"{at(draft)}/leader-approval", {"outcome": "passed"}, article["version"]))
    article = await done(office.editor.post(f"{at(draft)}/publication", None, article["version"]))
    assert article["status"] == "published"


async def test_a_stale_version_is_refused_and_a_missing_one_asked_for(office: Office) -> None:
    draft = await office.drafted()
    edited = await done(office.editor.patch(at(draft), {"title": "第二版"}, draft["version"]))
    answer = await office.editor.patch(at(draft), {"title": "另一个第二版"}, draft["version"])
    assert refused(answer, 412, "stale_version")["current_etag"] == f'"{edited["version"]}"'
    refused(await office.editor.patch(at(draft), {"title": "没有版本"}), 428, "precondition_required")
    answer = await office.reviewer.post(f"{at(draft)}/secrecy-review", PASSED, draft["version"])
    refused(answer, 412, "stale_version")


async def test_a_draft_is_known_to_its_unit_and_its_superiors_only(office: Office) -> None:
    draft = await office.drafted()
    citizen = office.hire(unit="", region="")
    elsewhere = office.hire("edit", "review", "approve", unit="AMR-420100", region="420100")
    above = office.hire("approve", unit="AMR-420000", region="420000")
    for desk in (office.anyone, citizen, elsewhere):
        refused(await desk.get(at(draft)), 404, "article_unknown")
        refused(await desk.get(f"{at(draft)}/deadlines"), 404, "article_unknown")
    assert (await above.get(at(draft))).status_code == 200
    refused(await elsewhere.patch(at(draft), {"title": "x"}, draft["version"]), 404, "article_unknown")
    answer = await above.post(f"{at(draft)}/approval", {"outcome": "passed"}, draft["version"])
    refused(answer, 404, "article_unknown")
    refused(await office.anyone.get(f"/v1/articles/{uuid.uuid4()}"), 404, "article_unknown")


async def test_each_act_needs_its_own_permission(office: Office) -> None:
    draft = await office.drafted()
    refused(await office.anyone.post("/v1/articles", DRAFT), 401, "unauthenticated")
    refused(await office.reviewer.post("/v1/articles", DRAFT), 403, "forbidden")
    refused(await office.editor.post(f"{at(draft)}/secrecy-review", PASSED, draft["version"]), 403, "forbidden")
    refused(
        await office.reviewer.post(f"{at(draft)}/approval", {"outcome": "passed"}, draft["version"]), 403, "forbidden"
    )
    answer = await office.approver.post(f"{at(draft)}/leader-approval", {"outcome": "passed"}, draft["version"])
    refused(answer, 403, "forbidden")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"body": "nul\x00"}, "/body"),
        ({"made_on": "2026-02-30"}, "/made_on"),
        ({"status": "published"}, "/status"),
    ],
)
async def test_a_faulty_draft_is_refused_with_the_place_of_the_fault(
    office: Office, changes: dict[str, str], pointer: str
) -> None:
    problem = refused(await office.editor.post("/v1/articles", DRAFT | changes), 422, "invalid")
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]


async def test_a_draft_has_a_column_that_people_write_in_and_a_day_that_has_come(office: Office) -> None:
    refused(await office.editor.post("/v1/articles", DRAFT | {"column": "no-such"}), 404, "column_unknown")
    answer = await office.editor.post("/v1/articles", DRAFT | {"column": "new-registrations"})
    refused(answer, 409, "column_is_automatic")
    answer = await office.editor.post("/v1/articles", DRAFT | {"made_on": "2199-01-01"})
    refused(answer, 422, "made_in_future")


async def test_a_repeated_draft_is_the_same_draft(office: Office) -> None:
    first, second = [
        await office.editor.post("/v1/articles", DRAFT, None, **{"Idempotency-Key": "one-intent"}) for _ in range(2)
    ]
    assert first.json()["id"] == second.json()["id"]
    assert first.headers["location"] == at(first.json())


async def test_an_unchanged_article_is_not_sent_again(office: Office) -> None:
    article = await office.published()
    first = await office.anyone.get(at(article))
    again = await office.anyone.get(at(article), **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = {"If-None-Match": first.headers["etag"], "Accept-Language": "en"}
    assert (await office.anyone.get(at(article), **other)).json()["status_label"] == "Published"
    staff = await office.editor.get(at(article), **{"If-None-Match": first.headers["etag"]})
    assert staff.json()["work"]["next_step"] is None


async def test_the_tag_that_staff_read_is_good_for_their_edit(office: Office) -> None:
    draft = await office.drafted()
    tag = (await office.editor.get(at(draft))).headers["etag"]
    headers = office.editor.headers | {"If-Match": tag}
    answer = await office.client.patch(at(draft), json={"title": "新标题"}, headers=headers)
    assert answer.status_code == 200


async def test_the_term_of_publication_explains_its_days(office: Office) -> None:
    draft = await office.drafted(made_on="2025-09-26")
    (term,) = (await office.editor.get(f"{at(draft)}/deadlines?explain=true")).json()["items"]
    assert (term["due_on"], term["met_on"], term["is_overdue"]) == ("2025-10-30", None, True)
    assert "第二十六条" in term["basis"]
    days = {day["day"]: day for day in term["explanation"]}
    assert days["2025-09-28"]["counted"]
    assert not days["2025-10-01"]["counted"]
    assert "国庆节" in days["2025-10-01"]["label"]
    english = await office.editor.get(f"{at(draft)}/deadlines?explain=true", **{"Accept-Language": "en"})
    assert english.json()["items"][0]["explanation"][-1]["label"] == "working day 20"


async def test_the_queue_shows_the_unit_what_waits_and_nobody_else(office: Office) -> None:
    first, second = await office.drafted(), await office.reviewed()
    await office.published()
    queue = (await office.approver.get("/v1/articles/queue")).json()
    assert [item["id"] for item in queue["items"]] == [first["id"], second["id"]]
    assert [item["work"]["next_step"] for item in queue["items"]] == ["secrecy_review", "approval"]
    elsewhere = office.hire("edit", unit="AMR-420100", region="420100")
    assert (await elsewhere.get("/v1/articles/queue")).json()["items"] == []
    refused(await office.hire(unit="", region="").get("/v1/articles/queue"), 403, "forbidden")
    refused(await office.anyone.get("/v1/articles/queue"), 401, "unauthenticated")
