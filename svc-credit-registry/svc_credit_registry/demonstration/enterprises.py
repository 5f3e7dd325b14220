"""The made-up enterprises: some by name, the others drawn from a seed."""

from collections.abc import Iterator

from shared.codes import credit_code, regions
from svc_credit_registry.record.samples.rules import TRADE_NAMES, Plan, counties, enterprises

GENERATED = 300
SEED = 421300
FIRST_NUMBER = 430_000_000
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
    # Made up for what stands on the lists and in the lots: no real enterprise bears these names.
    ("随州演示食品有限公司", "421303", "C141", "有限公司", "active", ""),
    ("随州演示商贸有限公司", "421303", "F52", "有限公司", "active", ""),
    ("随州演示建材有限公司", "421303", "C303", "有限公司", "active", ""),
    ("随县演示农机有限公司", "421321", "C357", "有限公司", "active", ""),
    ("随州演示药房有限公司", "421303", "F525", "有限公司", "active", ""),
)

EXAMPLE = "随州红光酒业有限公司"
"""Which the examples show: much stands on its record, nothing against it."""
FOOD, TRADER, BUILDER, MACHINES, PHARMACY = (name for name, *_ in FIXED[-5:])
SILENT = frozenset({MACHINES})
"""In business, without an annual report for last year."""
NUMBERS = {name: number for number, (name, *_) in enumerate(FIXED)}


def code_of(name: str) -> str:
    """The credit code of an enterprise of `FIXED`."""
    number = NUMBERS[name]
    return credit_code.make(FIXED[number][1], FIRST_NUMBER + number)


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
            "address": f"{regions.full_name(region)}解放路1号",
            "business_scope": "依法须经批准的项目，经批准后方可开展经营活动",
        }
    yield from enterprises(Plan(GENERATED, TRADE_NAMES, counties("421300"), SEED))
