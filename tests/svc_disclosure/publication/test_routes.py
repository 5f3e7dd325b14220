"""Publication over HTTP: index numbers, lists, withdrawal, two at once."""

import asyncio
import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from shared.db import make_engine, make_sessions
from shared.outbox import OutboxEvent
from svc_disclosure.articles import queries
from svc_disclosure.catalogue import service as catalogue
from tests.svc_disclosure.conftest import Office, at, done, refused

WITHDRAWAL = {"reason": "附件数据有误", "notice": "本文已撤下,更正后将另行发布"}


async def test_index_numbers_follow_each_other_without_gaps(office: Office) -> None:
    numbers = [(await office.published(title=f"第{i}号通知"))["index_number"] for i in range(3)]
    assert [number[-6:] for number in numbers] == ["000001", "000002", "000003"]


async def test_an_index_number_is_permanent_in_the_database_too(office: Office) -> None:
    article = await office.published()
    for statement in ("UPDATE articles SET index_number = 'x' WHERE id = :id", "DELETE FROM articles WHERE id = :id"):
        async with office.client.sessions() as session:
            await session.execute(text("DELETE FROM article_decisions"))
            with pytest.raises(IntegrityError, match="permanent"):
                await session.execute(text(statement), {"id": article["id"]})


async def test_of_two_who_publish_at_once_one_wins(office: Office) -> None:
    article = await office.approved()
    second = office.hire("edit")
    answers = await asyncio.gather(
        *(desk.post(f"{at(article)}/publication", None, article["version"]) for desk in (office.editor, second))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_publication_is_told_as_an_event_with_the_index_number(office: Office) -> None:
    article = await office.published()
    async with office.client.sessions() as session:
        events = (await session.scalars(select(OutboxEvent).where(OutboxEvent.aggregate_id == article["id"]))).all()
    assert [event.type for event in events] == ["disclosure.article.published.v1"]
    assert events[0].data["index_number"] == article["index_number"]


async def test_a_published_article_is_not_edited_or_published_again(office: Office) -> None:
    article = await office.published()
    refused(await office.editor.patch(at(article), {"title": "改"}, article["version"]), 409, "already_public")
    answer = await office.editor.post(f"{at(article)}/publication", None, article["version"])
    refused(answer, 409, "already_public")


async def test_a_withdrawn_article_stays_readable_with_notice_and_reason(office: Office) -> None:
    article = await office.published()
    draft = await office.drafted(title="未公开")
    refused(await office.approver.post(f"{at(draft)}/withdrawal", WITHDRAWAL, draft["version"]), 409, "not_public")
    refused(await office.editor.post(f"{at(article)}/withdrawal", WITHDRAWAL, article["version"]), 403, "forbidden")
    answer = await office.approver.post(f"{at(article)}/withdrawal", WITHDRAWAL | {"reason": ""}, article["version"])
    refused(answer, 422, "invalid")
    await done(office.approver.post(f"{at(article)}/withdrawal", WITHDRAWAL, article["version"]))
    seen = (await office.anyone.get(at(article))).json()
    assert (seen["status"], seen["index_number"], seen["body"]) == (
        "withdrawn",
        article["index_number"],
        article["body"],
    )
    assert seen["withdrawal"]["notice"] == WITHDRAWAL["notice"]
    assert (await office.anyone.get("/v1/articles")).json()["items"] == []


async def test_the_list_is_newest_first_and_pages_without_gaps(office: Office) -> None:
    titles = [f"第{i}号公告" for i in range(5)]
    for title in titles:
        await office.published(title=title, column="announcements")
    seen, path = [], "/v1/articles?column=announcements&limit=2&count=exact"
    while path:
        answer = await office.anyone.get(path)
        page = answer.json()
        assert page["count"] == 5
        seen += [item["title"] for item in page["items"]]
        path = f"/v1/articles?column=announcements&limit=2&count=exact&cursor={page['next_cursor']}"
        if page["next_cursor"] is None:
            break
    assert seen == titles[::-1]


async def test_the_list_is_filtered_by_words_column_region_and_day(office: Office) -> None:
    await office.published()
    wanted = {
        "q=年报": 1,
        "q=年": 1,
        "q=报年": 0,
        "q=年报 通知": 1,
        "q=年报 公告": 0,
        "q=2026年度": 1,
        "column=notices": 1,
        "column=laws": 0,
        "region=421300": 1,
        "region=421303": 0,
        "published_from=2026-01-01": 1,
        "published_from=2199-01-01": 0,
        "published_to=2026-01-01": 0,
    }
    found = {query: len((await office.anyone.get(f"/v1/articles?{query}")).json()["items"]) for query in wanted}
    assert found == wanted


async def test_exports_hold_what_the_list_holds(office: Office) -> None:
    article = await office.published(title="=HYPERLINK(1)")
    await office.drafted(title="未公开")
    lines = (await office.anyone.get("/v1/articles/export")).text.splitlines()
    assert len(lines) == 1
    assert article["index_number"] in lines[0]
    answer = await office.anyone.get("/v1/articles/export?format=csv&column=notices")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "'=HYPERLINK(1)" in answer.text.splitlines()[1]
    feed = await office.anyone.get("/v1/articles.atom?column=notices")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert feed.text.count("<entry>") == 1


async def test_an_export_goes_on_after_its_first_part_and_holds_no_connection_between_two(office: Office) -> None:
    numbers = [(await office.published(title=f"第{i}号"))["index_number"] for i in range(5)]
    engine = make_engine(office.client.settings.database, pool=1)
    sessions = make_sessions(engine)
    parts = catalogue.stream(sessions, queries.published(), "ndjson", 2)
    found = [await anext(parts)]
    async with sessions() as session:  # the only connection there is
        assert await session.scalar(text("SELECT 1")) == 1
    found += [part async for part in parts]
    await engine.dispose()
    assert [part.count("\n") for part in found] == [2, 2, 1]
    lines = "".join(found).splitlines()
    assert [json.loads(line)["index_number"] for line in lines] == numbers[::-1]


@pytest.mark.alone
async def test_a_column_tells_when_it_was_last_updated(office: Office) -> None:
    before = (await office.anyone.get("/v1/columns/notices")).json()
    assert (before["last_published_on"], before["freshness"]) == (None, "empty")
    article = await office.published()
    after = (await office.anyone.get("/v1/columns/notices")).json()
    assert (after["last_published_on"], after["freshness"]) == (article["published_on"], "current")
    assert not after["past_update_cycle"]
    refused(await office.anyone.get("/v1/columns/nothing"), 404, "column_unknown")


async def test_columns_make_a_tree(office: Office) -> None:
    columns = (await office.anyone.get("/v1/columns")).json()["items"]
    by_code = {column["code"]: column for column in columns}
    assert {"new-registrations", "laws", "policies", "notices", "announcements"} <= set(by_code)
    assert by_code["new-registrations"]["parent_code"] == "publicity"
    assert by_code["new-registrations"]["automatic"]
    assert all(column["chain"][0] == "secrecy_review" for column in columns)
