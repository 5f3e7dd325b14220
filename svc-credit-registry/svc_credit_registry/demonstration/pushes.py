"""Records which agencies have handed in, by the intake that takes every agency's records."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import now, today
from svc_credit_registry.demonstration.callers import SUIZHOU, TAX, TRADEMARK_OFFICE, ZENGDU, agency
from svc_credit_registry.demonstration.enterprises import BUILDER, EXAMPLE, FOOD, PHARMACY, code_of
from svc_credit_registry.record.records import queries
from svc_credit_registry.record.records.rules import RecordKind
from svc_credit_registry.sharing.submissions import service as submissions

FOOD_PENALTY, PRICE_PENALTY = "曾市监处罚〔2026〕演11号", "曾市监处罚〔2025〕演7号"
PENALTY_LAW = "《中华人民共和国行政处罚法》第五十七条"
REGULATIONS = "《企业信息公示暂行条例》第六条"
LATELY, LONG_AGO = 20, 400
Given = tuple[str, RecordKind, str, dict[str, Any]]
"""Producer, kind, enterprise and record of a push."""


def _day(days: int) -> date:
    return today() - timedelta(days=days)


def _penalty(number: str, days: int, facts: str, fine: str, law: str) -> dict[str, Any]:
    return {
        "key": number, "produced_on": _day(days).isoformat(), "basis": PENALTY_LAW,
        "content": {
            "document_number": number, "authority": "随州市曾都区市场监督管理局", "decided_on": _day(days).isoformat(),
            "facts": facts, "penalty_types": ["罚款"], "penalty": f"罚款{Decimal(fine):,.0f}元", "fine_yuan": fine,
            "legal_basis": law,
        },
    }  # fmt: skip


def _fact(key: str, produced_on: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "produced_on": produced_on, "basis": REGULATIONS, "content": content}


def _trademark(number: str, mark: str, registered_on: str, **facts: Any) -> dict[str, Any]:
    return {
        "key": number, "produced_on": registered_on, "basis": "《中华人民共和国商标法》第三十三条",
        "content": {"number": number, "mark": mark, "registered_on": registered_on} | facts,
    }  # fmt: skip


def _facts() -> list[Given]:
    """What was registered and granted."""
    licence = {
        "number": "SC11542130300001", "name": "食品生产许可证", "scope": "酒类", "authority": "随州市市场监督管理局",
        "decided_on": "2023-05-18", "valid_from": "2023-05-18", "valid_until": "2028-05-17",
    }  # fmt: skip
    pledge = {
        "number": "DEMO-GQ-2026-01", "pledgor": "陈晓明", "pledgee": "随州农村商业银行（演示）", "amount": "50万元",
        "registered_on": "2026-03-10",
    }  # fmt: skip
    mortgage = {
        "number": "DEMO-DY-2026-02", "registrar": "随州市曾都区市场监督管理局", "secured_yuan": "800000.00",
        "mortgagee": "随州农村商业银行（演示）", "collateral": "白酒灌装线一套", "registered_on": "2026-04-02",
    }  # fmt: skip
    branch = {"name": "随州红光酒业有限公司随县分公司", "region": "421321", "person_in_charge": "李建国",
              "established_on": "2018-04-12"}  # fmt: skip
    holders = {"陈晓明": "60", "李建国": "40"}
    return [
        *((SUIZHOU, RecordKind.SHAREHOLDER, EXAMPLE,
           _fact(f"DEMO-GD-{place}", "2012-06-18", {"name": name, "subscribed_yuan": f"{int(share) * 50_000}.00",
                                                    "share_percent": share}))
          for place, (name, share) in enumerate(holders.items(), start=1)),
        (SUIZHOU, RecordKind.KEY_PERSON, EXAMPLE,
         _fact("DEMO-RY-1", "2012-06-18", {"name": "陈晓明", "position": "执行董事兼总经理", "since": "2012-06-18"})),
        (SUIZHOU, RecordKind.BRANCH, EXAMPLE, _fact("DEMO-FZ-1", "2018-04-12", branch)),
        (SUIZHOU, RecordKind.LICENCE, EXAMPLE, _fact("DEMO-XK-1", "2023-05-18", licence)),
        (SUIZHOU, RecordKind.EQUITY_PLEDGE, EXAMPLE, _fact("DEMO-GQ-1", "2026-03-10", pledge)),
        (SUIZHOU, RecordKind.CHATTEL_MORTGAGE, EXAMPLE, _fact("DEMO-DY-1", "2026-04-02", mortgage)),
        *((TRADEMARK_OFFICE, RecordKind.TRADEMARK, EXAMPLE, mark) for mark in (
            _trademark("DEMO-5120001", "红光", "2014-09-07", classes=[33], goods="白酒", valid_until="2034-09-06"),
            _trademark("DEMO-5120002", "炎帝红光", "2022-03-14", classes=[33, 35], valid_until="2032-03-13"))),
    ]  # fmt: skip


def _penalties() -> list[Given]:
    """What was penalised."""
    arrears = {
        "document_number": "随税罚〔2026〕演3号", "authority": "随州市税务局", "decided_on": _day(45).isoformat(),
        "facts": "未按期办理纳税申报。", "penalty_types": ["罚款"], "penalty": "罚款一万二千元",
        "fine_yuan": "12000.00", "legal_basis": "《中华人民共和国税收征收管理法》第六十二条",
    }  # fmt: skip
    return [
        (ZENGDU, RecordKind.PENALTY, FOOD, _penalty(
            FOOD_PENALTY, LATELY, "生产经营超范围使用食品添加剂的食品。", "250000.00",
            "《中华人民共和国食品安全法》第一百二十四条")),
        (ZENGDU, RecordKind.PENALTY, PHARMACY, _penalty(
            PRICE_PENALTY, LONG_AGO, "利用虚假的价格手段诱骗消费者交易。", "120000.00",
            "《中华人民共和国价格法》第四十条")),
        (TAX, RecordKind.PENALTY, BUILDER, {
            "key": "DEMO-SW-3", "produced_on": _day(45).isoformat(), "basis": PENALTY_LAW, "content": arrears}),
    ]  # fmt: skip


async def push(session: AsyncSession, index: Path) -> None:
    """Hands in what was not handed in before. What became of it since, such as a repair, stays."""
    for producer, kind, name, record in (*_facts(), *_penalties()):
        if await queries.current_of(session, producer, kind, record["key"]) is not None:
            continue
        pushed = submissions.Push(agency(producer), producer, kind, now(), index)
        await submissions.take(session, pushed, [submissions.read(record | {"code": code_of(name)})])
