"""The few pages of the gateway's own: plain HTML that needs no script, Chinese first, English on request."""

from datetime import datetime
from typing import Any

from fastapi import Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from shared.clock import STATUTORY_ZONE

# Every page is whole in itself: one style sheet of our own, no script, no frame, nothing from elsewhere.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)

# The reference alone has a script, for trying calls; it is ours, and it talks to this origin only.
SCRIPT_POLICY = f"{CONTENT_POLICY}; script-src 'self'; connect-src 'self'"

templates = Environment(
    loader=PackageLoader("gateway.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def instant(at: datetime | None) -> str:
    """A time of day as people read it, in the zone in which the law counts days; a dash for none."""
    return at.astimezone(STATUTORY_ZONE).strftime("%Y-%m-%d %H:%M") if at else "—"


templates.filters["instant"] = instant


def page(template: str, *, status: int = 200, english: bool, **values: Any) -> Response:
    """A page in the reader's language."""
    return framed(text_of(template, english=english, **values), status=status)


def text_of(template: str, *, english: bool, **values: Any) -> str:
    """The text of a page."""
    return templates.get_template(template).render(english=english, lang="en" if english else "zh-CN", **values)


def framed(text: str | bytes, *, status: int = 200, script: bool = False) -> Response:
    """A page out of its text; `script` lets it run our own."""
    headers = {
        "Content-Security-Policy": SCRIPT_POLICY if script else CONTENT_POLICY,
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Language",
        "Cache-Control": "no-store" if status >= 400 else "no-cache",
    }
    return Response(text, status_code=status, media_type="text/html", headers=headers)
