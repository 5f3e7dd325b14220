"""Made-up enterprises for trials at scale: valid codes, plausible names, the same for the same seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.codes import credit_code, regions
from svc_credit_registry.record.decomposition.rules import display_region

TRADE_NAMES: tuple[str, ...] = tuple(
    a + b
    for a in "红光永兴华天金福宏鑫瑞祥和顺盛泰嘉恒万东南长安明德信达博远云海星辰卓越"
    for b in "达源丰隆昌荣泽润康宁辉腾凯悦诚韵峰林岭川河洋景春晖朗"
    if a != b
)
INDUSTRIES: tuple[tuple[str, str, str], ...] = (
    ("C151", "酒业", "白酒生产；酒类销售"),
    ("C141", "食品", "食品生产；食品销售"),
    ("A01", "农业开发", "谷物种植；蔬菜种植；农产品初加工"),
    ("C35", "机械设备", "专用设备制造；机械设备销售"),
    ("C363", "专用汽车", "改装汽车制造；汽车销售"),
    ("E47", "建筑工程", "房屋建筑工程施工；土石方工程施工"),
    ("E50", "装饰工程", "建筑装饰装修工程设计、施工"),
    ("F51", "贸易", "日用百货、五金产品批发"),
    ("F52", "商贸", "日用品、服装零售"),
    ("G54", "物流", "道路货物运输；仓储服务"),
    ("H62", "餐饮管理", "餐饮服务；餐饮管理"),
    ("I64", "网络科技", "互联网信息服务；软件开发"),
    ("I65", "信息技术", "信息系统集成服务；软件开发"),
    ("K701", "房地产开发", "房地产开发经营"),
    ("L72", "企业管理咨询", "企业管理咨询；商务信息咨询"),
    ("L725", "广告", "广告设计、制作、发布"),
    ("M75", "科技", "技术开发、技术咨询、技术转让"),
    ("O80", "家政服务", "家政服务；保洁服务"),
    ("R88", "文化传媒", "文化艺术交流活动组织；广告发布"),
    ("C27", "医药", "药品生产；药品批发"),
)
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "合伙企业", "厂")
FORM_WEIGHTS = (80, 8, 4, 3, 5)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
GIVEN = ("伟", "芳", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "涛", "明", "超", "霞", "建国", "志强")
STREETS = ("解放路", "人民路", "交通大道", "烈山大道", "沿河大道", "青年路", "建设路", "迎宾大道", "文峰路", "工业大道")

CODES_PER_SEED = 2_400_000
SEEDS = 180
# Numbers from here on; those below are for enterprises which the register itself enters.
FIRST_NUMBER = 440_000_000
FIRST_DAY, LAST_DAY = date(1995, 1, 1), date(2026, 6, 30)
STATUS_WEIGHTS = (82, 13, 5)


class TooMany(ValueError):
    """More enterprises were asked for than distinct codes or names can be made."""


@dataclass(frozen=True)
class Plan:
    """What is made: how many, from which names, where, and by which seed."""

    count: int
    trade_names: Sequence[str]
    region_codes: Sequence[str]
    seed: int


def counties(within: str = regions.NATION) -> list[str]:
    """The counties of today within a region."""
    below = regions.children(within)
    found = [r.code for r in below if regions.level(r.code) == "county" and r.name not in ("市辖区", "县")]
    for region in below:
        if regions.level(region.code) != "county":
            found += counties(region.code)
    return found


def enterprises(plan: Plan) -> Iterator[dict[str, str]]:
    """Rows for the bulk load, each with a code and a name of its own. Raises TooMany."""
    if plan.count > CODES_PER_SEED:
        raise TooMany(f"at most {CODES_PER_SEED} of one seed")
    chance = random.Random(plan.seed)  # noqa: S311 - repeatable on purpose
    first = FIRST_NUMBER + plan.seed % SEEDS * CODES_PER_SEED
    used: set[str] = set()
    tries = 0
    while len(used) < plan.count:
        row = _row(chance, plan)
        tries += 1
        if tries > 20 * plan.count + 1000:
            raise TooMany("the trade names and regions give no more distinct names")
        if row["name"] in used:
            continue
        row["code"] = credit_code.make(row["region"], first + len(used))
        used.add(row["name"])
        yield row


def _row(chance: random.Random, plan: Plan) -> dict[str, str]:
    region = chance.choice(plan.region_codes)
    code, word, scope = chance.choice(INDUSTRIES)
    (form,) = chance.choices(FORMS, FORM_WEIGHTS)
    name = display_region(region) + chance.choice(plan.trade_names) + word + form
    return {"code": "", "name": name, "region": region, "industry_code": code, "organisation_form": form} | {
        "legal_representative_name": chance.choice(SURNAMES) + chance.choice(GIVEN),
        "registered_capital_yuan": f"{chance.choice((10, 50, 100, 200, 500, 1000, 5000)) * 10_000}.00",
        "address": f"{regions.full_name(region)}{chance.choice(STREETS)}{chance.randint(1, 399)}号",
        "business_scope": scope,
        **_life(chance),
    }


def _life(chance: random.Random) -> dict[str, str]:
    born = FIRST_DAY + timedelta(days=chance.randrange((LAST_DAY - FIRST_DAY).days))
    (status,) = chance.choices(("active", "cancelled", "revoked"), STATUS_WEIGHTS)
    ended = ""
    if status != "active":
        ended = (born + timedelta(days=chance.randint(0, (LAST_DAY - born).days))).isoformat()
    return {"status": status, "established_on": born.isoformat(), "registered_on": born.isoformat(), "ended_on": ended}
