"""What stands in the platform that is played: schemathesis names it in most calls, so that they go past "not found"."""

import asyncio
import json
from pathlib import Path

from tests.faults.proof import rows

FEW = 12
CREDIT_CODES = "SELECT code FROM enterprises ORDER BY code LIMIT 6"
KNOWN: dict[str, tuple[tuple[str, str], ...]] = {
    "application_id": (("services", "applications"),),
    "article_id": (("disclosure", "articles"),),
    "batch_id": (("credit_registry", "submission_batches"),),
    "benefit_id": (("credit_registry", "support_benefits"),),
    "complaint_id": (("complaints", "complaint_cases"),),
    "delivery_id": (("gateway", "webhook_deliveries"),),
    "directive_id": (("credit_registry", "measure_directives"),),
    "entry_id": (("credit_registry", "list_entries"),),
    "grant_id": (("credit_registry", "resource_grants"),),
    "hearing_id": (("credit_registry", "list_hearings"),),
    "information_id": (("credit_registry", "immediate_information"),),
    "inspector_id": (("credit_registry", "inspectors"),),
    "item_id": (("credit_registry", "record_items"),),
    "lead_id": (("credit_registry", "leads"),),
    "mandate_id": (("sso", "mandates"),),
    "objection_id": (("credit_registry", "list_objections"), ("credit_registry", "record_objections")),
    "order_id": (("credit_registry", "publication_orders"),),
    "plan_id": (("credit_registry", "inspection_plans"),),
    "policy_id": (("credit_registry", "support_policies"),),
    "receipt_id": (("credit_registry", "submission_receipts"),),
    "relation_id": (("credit_registry", "inspector_relations"),),
    "removal_id": (("credit_registry", "list_removals"),),
    "repair_id": (("credit_registry", "repairs"),),
    "report_id": (("credit_registry", "annual_reports"),),
    "request_id": (("credit_registry", "resource_requests"), ("credit_registry", "record_correction_requests")),
    "reservation_id": (("services", "name_reservations"),),
    "run_id": (("credit_registry", "risk_runs"),),
    "site_id": (("credit_registry", "online_sites"),),
    "snapshot_id": (("credit_registry", "snapshots"),),
    "task_id": (("credit_registry", "inspection_tasks"),),
    "webhook_id": (("gateway", "webhooks"),),
}
"""By the name of a parameter: databases and tables whose keys it takes. None of accounts and log-ins: nobody is to end
those of the callers."""
LIKELY = 0.8


async def _values(data: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, tables in KNOWN.items():
        keys = [
            await rows(data, base, f"SELECT id FROM {table} ORDER BY id DESC LIMIT {FEW}") for base, table in tables
        ]
        found[name] = [key for some in keys for key in some]
    codes = await rows(data, "credit_registry", CREDIT_CODES)
    resources = await rows(data, "credit_registry", "SELECT code FROM resources ORDER BY code LIMIT 6")
    listed = await rows(data, "credit_registry", "SELECT DISTINCT code FROM list_entries ORDER BY code LIMIT 6")
    found["code"] = [*codes, *resources, *listed]
    found["credit_code"] = [*codes, *listed]
    found["region"] = ["421303", "421321", "421300", "420000"]
    found["version"] = ['"1"', '"2"', '"3"']
    return {name: values for name, values in found.items() if values}


def configuration(data: Path) -> str:
    """The configuration of schemathesis for the platform with its data in `data`."""
    known = asyncio.run(_values(data))
    lines = ["[dictionaries]"]
    lines += [f"{name} = {{ values = {json.dumps(values)} }}" for name, values in known.items()]
    bound = {f"path.{name}": name for name in known if name not in ("credit_code", "region", "version")}
    bound |= {"header.If-Match": "version", "query.code": "credit_code", "query.region": "region"}
    bound |= {"body.code": "credit_code", "body.region": "region"}
    bound |= {f"body.{name}": name for name in ("item_id", "information_id", "policy_id") if name in known}
    lines.append("[parameters]")
    lines += [f'"{at}" = {{ dictionary = "{name}", probability = {LIKELY} }}' for at, name in bound.items()]
    return "\n".join(lines) + "\n"
