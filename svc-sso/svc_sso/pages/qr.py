"""QR codes."""

import io

import segno


def qr_code(text: str) -> str:
    """The QR code of a text as SVG, to stand in a page which allows neither scripts nor styles of elements."""
    drawn = io.BytesIO()
    code = segno.make(text, error="m")
    code.save(drawn, kind="svg", border=4, xmldecl=False, svgclass="qr", lineclass=None, omitsize=True, title="QR")
    return drawn.getvalue().decode()
