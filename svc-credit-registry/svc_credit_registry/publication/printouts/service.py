"""Printing a certificate: A4, Chinese with English beside it, the font embedded, a QR code that leads to its check.

Drawn with an embedded font (Noto Sans SC, subset to what is used), not with a predefined Chinese CID font: those leave
the glyphs to the reader's machine, where they may be missing or others, which a document of evidence cannot bear.
The same certificate gives the same bytes: nothing in it comes from the clock or from chance.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import segno
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table, TableStyle

from shared.clock import STATUTORY_ZONE
from svc_credit_registry.publication.printouts import rules
from svc_credit_registry.record.enterprises.rules import FACT_LABELS
from svc_credit_registry.record.records.rules import KINDS, RecordKind

FONT = "NotoSansSC"
FONT_FILE = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
INK, FAINT, LINE, SHADE = HexColor("#1a1a1a"), HexColor("#595959"), HexColor("#b3b3b3"), HexColor("#f0f3f6")
MARGIN, QR_SIZE, WIDTH = 18 * mm, 30 * mm, A4[0] - 36 * mm
TITLE = "企业信用信息公示证明"
TITLE_EN = "Certificate of the public credit record of an enterprise"


@dataclass(frozen=True)
class Printout:
    """What is printed: the record as the certificate holds it, and where its check is."""

    number: str
    as_of: date
    issued_at: datetime
    digest: str
    verification_url: str
    record: dict[str, Any]


@cache
def _glyphs() -> frozenset[int]:
    font = TTFont(FONT, str(FONT_FILE))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def readable(text: str) -> str:
    """`text` with each character the font does not have written by its number, so that none is lost unseen."""
    known = _glyphs()
    return "".join(c if ord(c) in known or c in "\n\t" else f"〔U+{ord(c):04X}〕" for c in text)


def _style(size: float, **options: Any) -> ParagraphStyle:
    given: dict[str, Any] = {"leading": size * 1.45, "textColor": INK, "wordWrap": "CJK"} | options
    return ParagraphStyle(str((size, *options)), fontName=FONT, fontSize=size, **given)


NORMAL, SMALL = _style(9.5), _style(8, textColor=FAINT)
HEADING = _style(12, spaceBefore=10, spaceAfter=4, keepWithNext=1)


def _text(text: object, style: ParagraphStyle = NORMAL) -> Paragraph:
    return Paragraph(escape(readable(str(text))), style)


def render(printout: Printout) -> bytes:
    """The certificate as PDF."""
    _glyphs()
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=24 * mm,
        title=f"{TITLE} {printout.number}", author="Yiwang", subject=printout.verification_url, lang="zh-CN",
        invariant=1,
    )  # fmt: skip
    frame = Frame(MARGIN, 24 * mm, WIDTH, A4[1] - MARGIN - 24 * mm, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame], onPageEnd=lambda canvas, _: _foot(canvas, printout))])
    document.build(list(_story(printout)))
    return buffer.getvalue()


def _foot(canvas: Canvas, printout: Printout) -> None:
    canvas.saveState()
    canvas.setFont(FONT, 7.5)
    canvas.setFillColor(FAINT)
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, 20 * mm, A4[0] - MARGIN, 20 * mm)
    canvas.drawString(MARGIN, 16 * mm, f"编号 No. {printout.number}")
    canvas.drawRightString(A4[0] - MARGIN, 16 * mm, f"第 {canvas.getPageNumber()} 页 Page {canvas.getPageNumber()}")
    canvas.drawString(MARGIN, 12 * mm, f"核验 Verify: {printout.verification_url}")
    canvas.drawString(MARGIN, 8 * mm, f"内容摘要 SHA-256: {printout.digest}")
    canvas.restoreState()


def _qr_code(text: str) -> Drawing:
    """A QR code (ISO/IEC 18004, level M) of `QR_SIZE`, with the quiet zone it needs."""
    rows = [list(row) for row in segno.make(text, error="m").matrix_iter(border=4)]
    drawing, side = Drawing(QR_SIZE, QR_SIZE), QR_SIZE / len(rows)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                drawing.add(Rect(x * side, QR_SIZE - (y + 1) * side, side, side, strokeWidth=0, fillColor=black))
    return drawing


def _story(printout: Printout) -> Iterator[Flowable]:
    record, enterprise = printout.record, printout.record["enterprise"]
    issued = printout.issued_at.astimezone(STATUTORY_ZONE)
    moment = "出具时 at the time of issue" if issued.date() == printout.as_of else "当日终了时 at the end of the day"
    head = [
        _text(TITLE, _style(19, leading=26)),
        _text(TITLE_EN, SMALL),
        Spacer(0, 6),
        _text(f"编号 No.　{printout.number}"),
        _text(f"截至 As of　{printout.as_of}（{moment}，北京时间 UTC+8）"),
        _text(f"出具 Issued　{issued:%Y-%m-%d %H:%M:%S} UTC+8"),
        _text("扫描二维码核验真伪，并查看出具后公示信息有无变化。 Scan to verify.", SMALL),
    ]
    yield Table(
        [[head, _qr_code(printout.verification_url)]],
        colWidths=[WIDTH - QR_SIZE, QR_SIZE],
        style=TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]),
    )
    yield _text("基本信息 Basic data", HEADING)
    yield _grid(list(_basic(enterprise)))
    yield _text("公示信息数量 Items of the record", HEADING)
    yield _grid(list(_counts(record["counts"])) or [("合计 Total", "0")])
    for kind in record["kinds"]:
        yield from _items(kind)
    shown = record["complaints"]
    if shown:
        yield _text(f"投诉公示 Complaints（{record['counts'].get('complaint', 0)}）", HEADING)
        yield _grid(
            [(c["published_on"], f"{c['product']}；{c['summary']}；{c['number']}") for c in record["complaints"]]
        )
    yield Spacer(0, 8)
    yield _text(
        "本证明由登记机关的公示系统自动生成并经电子签名，所载信息由其产生单位负责。"
        " Generated and signed by the registry; each item is answered for by its producer.",
        SMALL,
    )


def _basic(enterprise: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "统一社会信用代码\nCredit code", enterprise["code"]
    yield "名称\nName", enterprise["name"]
    yield "登记状态\nStatus", f"{enterprise['status_label']} {enterprise['status_label_en']}"
    yield "成立日期\nEstablished", enterprise["established_on"]
    if enterprise["ended_on"]:
        yield "注销或者吊销日期\nEnded", enterprise["ended_on"]
    for name in ("organisation_form", "legal_representative_name", "registered_capital_yuan", "address"):
        yield "\n".join(FACT_LABELS[name]), rules.words(enterprise[name])
    yield "行业\nIndustry", f"{enterprise['industry_code']} {enterprise['industry_name'] or ''}"
    yield "登记机关所在地\nRegistrar's region", f"{enterprise['region']} {enterprise['region_name'] or ''}"
    yield "经营范围\nBusiness scope", enterprise["business_scope"]
    yield (
        "产生单位、依据\nProducer, basis",
        f"{enterprise['provenance']['producer']}；{enterprise['provenance']['basis']}",
    )
    for name in enterprise["names"]:
        if name["valid_until"]:
            yield "曾用名称\nFormer name", f"{name['name']}（{name['valid_from']} — {name['valid_until']}）"


def _counts(counts: dict[str, int]) -> Iterator[tuple[str, str]]:
    for kind, number in counts.items():
        label = (
            ("投诉公示", "Complaints")
            if kind == "complaint"
            else (KINDS[RecordKind(kind)].zh, KINDS[RecordKind(kind)].en)
        )
        yield "\n".join(label), str(number)


def _items(kind: dict[str, Any]) -> Iterator[Flowable]:
    shown, rule = len(kind["items"]), KINDS[RecordKind(kind["kind"])]
    part = f"，所列为最近 {shown} 条 latest {shown}" if shown < kind["count"] else ""
    yield _text(f"{rule.zh} {rule.en}（{kind['count']}{part}）", HEADING)
    yield _grid([(_dates(item), _item(item)) for item in kind["items"]])


def _dates(item: dict[str, Any]) -> str:
    until = f"\n至 {item['effective_until']}" if item["effective_until"] else ""
    return f"{item['effective_from']}{until}"


def _item(item: dict[str, Any]) -> str:
    who = item["provenance"]
    content = "；".join(f"{name}：{text}" for name, text in rules.lines(item["kind"], item["content"]))
    producer = who["producer_name"] or who["producer"]
    return f"{content}\n产生：{producer}　提供：{who['provider']}　回执：{who['receipt']}\n依据：{who['basis']}"


def _grid(rows: list[tuple[str, str]]) -> Table:
    cells = [[_lines(a, SMALL), _lines(b, NORMAL)] for a, b in rows]
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("LINEABOVE", (0, 0), (-1, 0), 0.4, LINE),
            ("BACKGROUND", (0, 0), (0, -1), SHADE),
        ]
    )
    return Table(cells, colWidths=[42 * mm, WIDTH - 42 * mm], style=style, splitInRow=1)


def _lines(text: str, style: ParagraphStyle) -> list[Paragraph]:
    return [_text(line, style) for line in text.split("\n")]
