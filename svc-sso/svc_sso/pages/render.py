"""Pages for people: rendered here, readable without a script, shown in no frame."""

import base64
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.clock import STATUTORY_ZONE
from shared.problems import wants_english
from svc_sso.pages.texts import EN, ZH

FOLDER = Path(__file__).parent
STYLE = (FOLDER / "pages.css").read_text(encoding="utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
FAULT: dict[int | str, dict[str, Any]] = {
    400: {"description": "A page which says what is wrong", "content": {"text/html": {"schema": {"type": "string"}}}}
}
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


SCRIPT = (FOLDER / "passkey.js").read_text(encoding="utf-8")


def moment(instant: datetime | None) -> str:
    """An instant as people here read it; a dash for none."""
    return instant.astimezone(STATUTORY_ZONE).strftime("%Y-%m-%d %H:%M:%S") if instant else "—"


BROWSERS = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "HarmonyOS", "Mac OS", "Linux")


def device(user_agent: str) -> str:
    """A browser and its system in two words, as far as its header tells; the header itself when it tells neither."""
    browsers = [name for mark, name in (*BROWSERS, ("Safari", "Safari")) if mark in user_agent][:1]
    systems = [name for name in SYSTEMS if name in user_agent][:1]
    return " · ".join(browsers + systems) or user_agent[:60] or "—"


TEMPLATES.filters["moment"] = moment
TEMPLATES.filters["device"] = device


def texts_for(request: Request, locales: str | None = None) -> dict[str, str]:
    """The words in the reader's language: the first known of `locales` (OpenID's ui_locales), else the browser's."""
    for locale in (locales or "").lower().split():
        if locale.split("-")[0] in ("zh", "en"):
            return EN if locale.startswith("en") else ZH
    return EN if wants_english(request) else ZH


def page(
    request: Request, template: str, *, status: int = 200, form_to: str | None = None, **content: object
) -> HTMLResponse:
    """A page in the reader's language. `form_to` is an origin to which its form may lead beside this one.

    Only a page with `passkey`, the options for the browser, may run the one script there is.
    """
    locales = content.pop("locales", None)
    texts = texts_for(request, str(locales) if locales else None)
    message = content.pop("message", None)
    if message is not None:
        known = texts.get(str(message))  # what is no text of ours is shown as it stands
        content["message"] = str(message) if known is None else known.format(**content)
    else:
        content["message"] = None
    content.setdefault("passkey", None)
    html = TEMPLATES.get_template(template).render(t=texts, style=STYLE, **content)
    headers = security_headers(form_to, script=content["passkey"] is not None)
    return HTMLResponse(html, status_code=status, headers=headers)


def security_headers(form_to: str | None = None, *, script: bool = False) -> dict[str, str]:
    """What keeps a page to itself (ASVS 5.0, 3.4): no strange script, no frame, no cache, no address told to others."""
    allowed = f"'self' {form_to}" if form_to else "'self'"
    scripts = "script-src 'self'; " if script else ""
    policy = (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; {scripts}form-action {allowed}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": "Accept-Language",
    }


def fault(request: Request, code: str) -> HTMLResponse:
    """A page which says what is wrong and leads nowhere."""
    return page(request, "message.html", status=400, heading="fault_title", message=code)


def onwards(address: str) -> RedirectResponse:
    """Sends the browser on by 303, so that no form, least of all a password, is sent again (RFC 9700, 4.12)."""
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(address, status_code=303, headers=headers)
