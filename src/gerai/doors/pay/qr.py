"""QR drawings: an inline SVG for the page and a PNG to keep in the phone's gallery."""

from __future__ import annotations

import functools
import io
import threading
from typing import Final

import segno
from markupsafe import Markup

#: The longest text drawn. An EMV payment text is below 512 characters; what is longer is not one.
MAX_QR_TEXT: Final = 1_000
#: Drawings of each kind that are kept.
_KEPT: Final = 256
#: Working out a QR takes some 20 ms of computing, so each is worked out once and one at a time: forty people who open
#: one page at the same moment cost everybody else no more than one does.
_DRAWING: Final = threading.Lock()


def svg(text: str, title: str) -> Markup | None:
    """The QR of ``text`` as an inline SVG of black on white, or None when the text is empty or too long."""
    if not text or len(text) > MAX_QR_TEXT:
        return None
    with _DRAWING:
        return _svg(text, title)


def png(text: str) -> bytes | None:
    """The QR of ``text`` as a PNG of about 600 pixels, or None when the text is empty or too long."""
    if not text or len(text) > MAX_QR_TEXT:
        return None
    with _DRAWING:
        return _png(text)


@functools.lru_cache(_KEPT)
def _svg(text: str, title: str) -> Markup:
    drawing = _code(text).svg_inline(
        border=2, dark="#000", light="#fff", omitsize=True, title=title, svgclass="qr", lineclass=None
    )
    # The library escapes the title; the rest is path data it computed itself.
    return Markup(drawing)


@functools.lru_cache(_KEPT)
def _png(text: str) -> bytes:
    code = _code(text)
    width, _ = code.symbol_size(border=4)
    out = io.BytesIO()
    code.save(out, kind="png", border=4, scale=max(1, 600 // width))
    return out.getvalue()


@functools.lru_cache(_KEPT)
def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m")
