"""Draws the pictures of the pages in docs/images anew, the same bytes at every run on one machine:

    PYTHONPATH=tests .venv/bin/python tests/contract/pay/draw_images.py

``pages.txt`` beside them names what each was drawn from, so that a test finds a picture of yesterday's page.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pay_orders import DETAILS, payment, view
from pay_pictures import QR, order_page, screen

from browser_kit import chromium
from gerai.doors.pay.assets import DIGEST

IMAGES: Final = Path(__file__).parents[3] / "docs" / "images"
SOURCES: Final = IMAGES / "pages.txt"


@dataclass(frozen=True)
class Picture:
    """A drawn page, and the window it is seen through."""

    html: str
    width: int
    height: int

    @property
    def source(self) -> str:
        """A digest of everything the picture is made of; the page's own names its style sheet and script."""
        return hashlib.sha256(f"{self.html}|{DIGEST}|{self.width}x{self.height}".encode()).hexdigest()[:16]


def pictures() -> dict[str, Picture]:
    """The pictures of the README by file name."""
    number, qr = view(payments=(payment(),)), view(payments=(payment(**QR),))
    return {
        "pay-phone.png": Picture(order_page(number, "id", details=DETAILS, papers=True), 390, 844),
        "pay-desktop.png": Picture(order_page(qr, "en", details=DETAILS, papers=True), 1280, 1000),
    }


def sources() -> str:
    """What ``pages.txt`` says when every picture is of today's page."""
    return "".join(f"{name} {picture.source}\n" for name, picture in sorted(pictures().items()))


async def draw() -> None:
    """Write the pictures and what they were drawn from."""
    async with chromium() as browser:
        for name, picture in pictures().items():
            async with screen(browser, picture.width, picture.height) as shown:
                page = await shown.show(picture.html)
                await page.screenshot(path=IMAGES / name)
    SOURCES.write_text(sources(), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(draw())
