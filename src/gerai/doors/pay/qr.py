"""QR drawings: an inline SVG for the page and a PNG to keep in the phone's gallery."""

from __future__ import annotations

import functools
import io
from typing import Final

import segno
from markupsafe import Markup

#: The longest text drawn. An EMV payment text is below 512 characters; what is longer is not one. Drawing takes some
#: 20 ms, so the page's drawings are kept.
MAX_QR_TEXT: Final = 1_000


@functools.lru_cache(maxsize=256)
def svg(text: str, title: str) -> Markup | None:
    """The QR of ``text`` as an inline SVG of black on white, or None when the text is empty or too long."""
    if not text or len(text) > MAX_QR_TEXT:
        return None
    drawing = segno.make_qr(text, error="m").svg_inline(
        border=2, dark="#000", light="#fff", omitsize=True, title=title, svgclass="qr", lineclass=None
    )
    # The library escapes the title; the rest is path data it computed itself.
    return Markup(drawing)


def png(text: str) -> bytes | None:
    """The QR of ``text`` as a PNG of about 600 pixels, or None when the text is empty or too long."""
    if not text or len(text) > MAX_QR_TEXT:
        return None
    code = segno.make_qr(text, error="m")
    width, _ = code.symbol_size(border=4)
    out = io.BytesIO()
    code.save(out, kind="png", border=4, scale=max(1, 600 // width))
    return out.getvalue()
