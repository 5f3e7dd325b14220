"""Pages for people: rendered here, readable without a script, shown in no frame, kept by nobody who must not."""

import base64
import hashlib
from datetime import datetime
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.clock import STATUTORY_ZONE
from shared.problems import wants_english
from svc_credit_registry.publication.pages.rules import pairs
from svc_credit_registry.publication.pages.texts import EN, ZH
from svc_credit_registry.record.records.rules import unit_name

FOLDER = Path(__file__).parent
STYLE = (FOLDER / "pages.css").read_text(encoding="utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LANGUAGES = {"zh": False, "en": True}
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def moment(instant: datetime) -> str:
    """An instant as people here read it."""
    return instant.astimezone(STATUTORY_ZONE).strftime("%Y-%m-%d %H:%M")


TEMPLATES.filters["moment"] = moment
TEMPLATES.filters["chinese"] = lambda value: any("\u4e00" <= letter <= "\u9fff" for letter in str(value))
TEMPLATES.filters["pairs"] = lambda item, english: pairs(item.kind, item.content, english=english)
TEMPLATES.globals["unit_name"] = unit_name


def is_english(request: Request) -> bool:
    """The language of a page: `lang` in its address, else what the browser prefers."""
    asked = LANGUAGES.get(request.query_params.get("lang", ""))
    return wants_english(request) if asked is None else asked


def page(request: Request, template: str, *, status: int = 200, **content: object) -> HTMLResponse:
    """A page in the reader's language, with the address of the same page in the other one."""
    english = is_english(request)
    other = request.url.include_query_params(lang="zh" if english else "en")
    html = TEMPLATES.get_template(template).render(
        t=EN if english else ZH,
        english=english,
        language="en" if english else "zh",
        style=STYLE,
        other=f"{other.path}?{other.query}",
        **content,
    )
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Vary": "Accept-Language",
    }
    return HTMLResponse(html, status_code=status, headers=headers)
