"""How the catalogue is written: one line an article, the same fields in every form. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

FIELDS = (
    "index_number",
    "title",
    "summary",
    "column",
    "producer",
    "region",
    "made_on",
    "published_on",
    "id",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """A cell for a spreadsheet. What would start a formula there is made text, as OWASP advises on CSV injection."""
    text = "" if value is None else value.isoformat() if isinstance(value, date | datetime) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as CSV (RFC 4180), without a header."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([cell(row[field]) for field in FIELDS])
    return out.getvalue()


def csv_header() -> str:
    """The first line. The mark before it lets spreadsheets read Chinese text as UTF-8."""
    return "\ufeff" + ",".join(FIELDS) + "\r\n"


def atom_entry(row: Mapping[str, Any], address: str) -> str:
    """One entry of the feed (RFC 4287)."""
    published = row["published_at"]
    moment = published.isoformat() if isinstance(published, datetime) else ""
    return (
        f"<entry><id>urn:uuid:{row['id']}</id><title>{escape(str(row['title']))}</title>"
        f"<link href={quoteattr(address)}/><updated>{moment}</updated><published>{moment}</published>"
        f"<author><name>{escape(str(row['producer']))}</name></author>"
        f"<category term={quoteattr(str(row['column']))}/><summary>{escape(str(row['summary']))}</summary></entry>"
    )


def atom_feed(title: str, address: str, updated: datetime, entries: Iterable[str]) -> str:
    """The whole feed."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{escape(address)}</id><title>{escape(title)}</title><updated>{updated.isoformat()}</updated>"
        f'<link rel="self" href={quoteattr(address)}/>{"".join(entries)}</feed>'
    )
