"""Pictures for tests: real ones, made here."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def logo(width: int = 400, height: int = 160, kind: str = "PNG", **how: object) -> bytes:
    """A picture with something to see on it: dark on nothing (PNG), or on white (JPEG)."""
    image = Image.new("RGBA", (width, height), (255, 255, 255, 0 if kind == "PNG" else 255))
    drawing = ImageDraw.Draw(image)
    drawing.ellipse((0, 0, height - 1, height - 1), fill=(20, 60, 140, 255))
    if width > height:
        drawing.rectangle((height, height // 3, width - 1, height * 2 // 3), fill=(20, 30, 40, 255))
    out = io.BytesIO()
    (image if kind == "PNG" else image.convert("RGB")).save(out, kind, **how)
    return out.getvalue()
