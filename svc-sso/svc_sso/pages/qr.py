"""QR codes."""

import io

import segno


def qr_code(text: str) -> str:
    """The QR code of a text as SVG, to stand in a page which allows neither scripts nor styles of elements."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", scale=5, border=4, xmldecl=False, svgclass="qr", lineclass=None,
                                     title="QR")  # fmt: skip
    return drawn.getvalue().decode()
