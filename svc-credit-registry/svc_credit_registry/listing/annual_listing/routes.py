"""The automatic listing, for officers."""

from shared.db import SessionDep
from shared.http import Router
from svc_credit_registry.access import ListOfficer
from svc_credit_registry.listing.annual_listing import queries, rules
from svc_credit_registry.listing.annual_listing.schemas import AnnualListingRunOut, RunsOut

router = Router(tags=["lists"])


@router.get(
    "/v1/annual-listing-runs",
    operation_id="list_annual_listing_runs",
    summary="年报自动列入 Runs of the automatic listing",
)
async def list_annual_listing_runs(session: SessionDep, caller: ListOfficer) -> RunsOut:
    """For each report year: when it opens, by when the decisions are due, how many were looked at and listed."""
    columns = ("year", "started_at", "position", "examined", "listed", "passes", "passed_on")
    return RunsOut(
        items=[
            AnnualListingRunOut(
                opens_on=rules.opens_on(run.year),
                decide_by=rules.decide_by(run.year),
                **{name: getattr(run, name) for name in columns},
            )
            for run in await queries.runs(session)
        ]
    )
