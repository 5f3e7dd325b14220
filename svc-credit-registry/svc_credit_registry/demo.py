"""Fills the register with made-up enterprises for a demonstration: `python -m svc_credit_registry.demo`.

Some bear the names of the official examples of 工商企注字〔2017〕133号, so that a check of a name shows its verdicts.
Running it again changes nothing.
"""

import asyncio
import sys
from collections.abc import Iterator

import orjson

from shared.clock import today
from shared.codes import credit_code
from shared.db import make_engine, make_sessions
from svc_credit_registry.intake import service
from svc_credit_registry.intake.service import BulkFile, Origin, Summary
from svc_credit_registry.preparation.rules import Rejection
from svc_credit_registry.samples.rules import TRADE_NAMES, Plan, counties, enterprises
from svc_credit_registry.settings import Settings

GENERATED = 300
SEED = 421300
FIRST_NUMBER = 430_000_000
ORIGIN = Origin(producer="AMR-421300", basis="演示数据", source="demo")
# Name, region, industry, form, what became of it.
FIXED = (
    ("随州红光酒业有限公司", "421303", "C151", "有限公司", "active", ""),
    ("随州牛栏山白酒有限公司", "421303", "C1512", "有限公司", "active", ""),
    ("随州万青房地产有限公司", "421303", "K701", "有限公司", "active", ""),
    ("随州阿里巴巴网络科技有限公司", "421303", "I64", "有限公司", "active", ""),
    ("随州全聚德实业有限公司", "421303", "L72", "有限公司", "active", ""),
    ("红光酒业有限公司", "100000", "C151", "有限公司", "active", ""),
    ("北京红光酒业发展有限公司", "110105", "C151", "有限公司", "active", ""),
    ("随州炎帝专用汽车有限公司", "421303", "C363", "有限公司", "active", ""),
    ("随县曾侯乙文化传媒有限公司", "421321", "R88", "有限公司", "active", ""),
    ("广水香菇食品有限公司", "421381", "C141", "有限公司", "active", ""),
    ("随州银杏谷旅游有限公司", "421303", "L72", "有限公司", "revoked", "2015-05-20"),
    ("随州洛阳店商贸有限公司", "421303", "F52", "有限公司", "cancelled", "2019-03-01"),
)


def rows() -> Iterator[dict[str, str]]:
    """The fixed enterprises and those made up around them."""
    for number, (name, region, industry, form, status, ended_on) in enumerate(FIXED):
        yield {
            "code": credit_code.make(region, FIRST_NUMBER + number),
            "name": name,
            "region": region,
            "industry_code": industry,
            "organisation_form": form,
            "status": status,
            "established_on": "2012-06-18",
            "ended_on": ended_on,
            "legal_representative_name": "陈晓明",
            "registered_capital_yuan": "5000000.00",
            "address": "湖北省随州市曾都区解放路1号",
            "business_scope": "依法须经批准的项目，经批准后方可开展经营活动",
        }
    yield from enterprises(Plan(GENERATED, TRADE_NAMES, counties("421300"), SEED))


def refuse(rejection: Rejection) -> None:
    """A demonstration has no bad rows; one would be a fault of the program."""
    raise RuntimeError(f"demo row {rejection.line}: {rejection.message}")


async def fill(settings: Settings) -> Summary:
    """Loads what is missing."""
    engine = make_engine(settings.database, service.WRITERS + 1)
    try:
        file = BulkFile("demo.ndjson", map(orjson.dumps, rows()), ORIGIN)
        return await service.load(make_sessions(engine), file, today(), refuse)
    finally:
        await engine.dispose()


def main() -> int:
    """The command line."""
    summary = asyncio.run(fill(Settings()))
    print(f"credit-registry: {summary.inserted} demo enterprises added, {summary.updated + summary.left} there before")
    return 0


if __name__ == "__main__":
    sys.exit(main())
