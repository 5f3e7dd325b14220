"""Demo content: `python -m svc_disclosure.demo` publishes a few articles, once, on the way every article goes."""

import asyncio
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.clock import now, statutory_date
from shared.db import make_engine, make_sessions
from svc_disclosure.articles import queries, service
from svc_disclosure.articles.models import Article
from svc_disclosure.articles.rules import Outcome
from svc_disclosure.articles.schemas import ApprovalIn, ArticleIn, SecrecyReviewIn
from svc_disclosure.columns.rules import Step
from svc_disclosure.publication import service as publication
from svc_disclosure.settings import Settings

UNIT, REGION, PRODUCER = "AMR-421300", "421300", "随州市市场监督管理局"
EDITOR, REVIEWER, APPROVER = (
    Caller(subject=f"demo-{role}", kind="staff", unit=UNIT, region=REGION)
    for role in ("editor", "reviewer", "approver")
)
BASIS = "经审查,不含国家秘密、工作秘密和个人隐私(演示内容)"

# column, title, summary, text
ARTICLES = (
    (
        "laws",
        "《中华人民共和国市场主体登记管理条例》施行提示",
        "条例自2022年3月1日起施行,申请材料齐全、符合法定形式的当场登记",
        "申请材料齐全、符合法定形式的,登记机关予以确认并当场登记;不能当场登记的,应当在3个工作日内予以登记。",
    ),
    (
        "policies",
        "企业开办“一网通办”办事说明",
        "一次登录,名称自主申报、设立登记、电子营业执照一次办结",
        "申请人登录一次即可完成名称申报、设立登记和电子营业执照领取,已有信息自动填入,不再重复提交。",
    ),
    (
        "notices",
        "关于报送企业年度报告的通知",
        "各类企业应当于每年1月1日至6月30日报送上一年度年度报告并公示",
        "企业应当通过企业信用信息公示系统报送上一年度年度报告,并向社会公示。未按期公示的,依法列入经营异常名录。",
    ),
    (
        "announcements",
        "12315消费投诉信息公示说明",
        "投诉处理结果在异议期满后公示,不含个人信息",
        "消费者投诉经调解终止后,处理结果在异议期满后公示于企业名下,公示内容不含投诉人的个人信息。",
    ),
)


async def publish(session: AsyncSession, column: str, title: str, summary: str, text: str) -> None:
    """One article from draft to publication, unless its column has it already."""
    if await session.scalar(queries.published(column=column).where(Article.title == title)) is not None:
        return
    moment = now()
    today = statutory_date(moment)
    body = ArticleIn(
        column=column, title=title, summary=summary, body=text, producer=PRODUCER, made_on=today - timedelta(days=1)
    )
    opened = await service.draft(session, EDITOR, body, today)
    await service.review(session, opened, REVIEWER, SecrecyReviewIn(outcome=Outcome.PASSED, basis=BASIS))
    await service.approve(session, opened, APPROVER, Step.APPROVAL, ApprovalIn(outcome=Outcome.PASSED))
    await publication.publish(session, opened, EDITOR, moment)


async def main() -> None:
    """Publishes what is missing, in one transaction."""
    engine = make_engine(Settings().database, 1)
    async with make_sessions(engine)() as session, session.begin():
        for column, title, summary, text in ARTICLES:
            await publish(session, column, title, summary, text)
    await engine.dispose()
    print(f"svc_disclosure: {len(ARTICLES)} demo articles are published")


if __name__ == "__main__":
    asyncio.run(main())
