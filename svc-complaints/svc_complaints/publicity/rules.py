"""When a concluded complaint becomes public, and what of it does.

No statute gives the respondent a hearing before publication; the window of five working days is this platform's own
rule and says so in its basis.
"""

from datetime import date

from svc_complaints.cases.rules import is_over
from svc_complaints.publicity.errors import ObjectionWindowOver

PUBLIC_FIELDS = (
    "number",
    "respondent_code",
    "category",
    "product",
    "summary",
    "received_on",
    "outcome",
    "concluded_on",
    "published_on",
)
"""All that is ever published of a complaint; whatever is not named here stays inside."""

OBJECTION_UPHELD = "objection_upheld"
"""Why a complaint is withheld, as the public event says it; the reasons themselves stay between the parties."""


def check_window(publish_after: date | None, today: date) -> None:
    """Refuses an objection after the last day of the window (409)."""
    if publish_after is None or is_over(publish_after, today):
        raise ObjectionWindowOver(
            f"异议期至 {publish_after} / the window ended on that day", publish_after=str(publish_after)
        )
