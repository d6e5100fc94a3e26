"""The pictures of the console in the manual: drawn from the shops of the tests, with few colours, so that they stay
small in the repository."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.async_api import Browser

from browser_kit import reader
from full_shop_kit import LONG_NUMBER

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"
MOST_BYTES: Final = 60_000
#: Few enough to be small; chosen so that a colour of few dots, as a counter's, is kept.
_COLOURS: Final = 128
#: What is shown: its name, whose it is, and where.
_PAGES: Final = (
    ("home", "playing", ""), ("orders", "playing", "/orders"), ("order", "playing", f"/orders?text={LONG_NUMBER}"),
    ("waiting", "real", "/waiting"), ("product", "playing", "/do/products.add"), ("reports", "playing", "/reports"),
)  # fmt: skip
#: On a phone by day in Indonesian, on a laptop by night in English.
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "locale": "id-ID", "color_scheme": "light"},
    "laptop": {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", "color_scheme": "dark"},
}


@dataclass(frozen=True)
class ConsolePicture:
    """A page as it looks to somebody. ``of``: whose shop it is."""

    name: str
    of: str
    path: str
    look: str

    @property
    def file(self) -> str:
        """Its name in the folder."""
        return f"{self.name}-{self.look}.png"


PICTURES: Final = [ConsolePicture(*page, look) for page, look in product(_PAGES, _LOOKS)]


def kept_in_docs() -> dict[str, int]:
    """The pictures that are there, and their sizes in bytes."""
    return {file.name: file.stat().st_size for file in FOLDER.glob("*.png")}


async def draw(
    browser: Browser, base_url: str, places: Mapping[str, str], cookies: Mapping[str, Sequence[Any]]
) -> None:
    """Write every picture. ``places``: where the desk of each shop is; ``cookies``: of its owner."""
    FOLDER.mkdir(exist_ok=True)
    for picture in PICTURES:
        me = await reader(browser, **_LOOKS[picture.look])
        await me.context.add_cookies(list(cookies[picture.of]))
        await me.page.goto(base_url + places[picture.of] + picture.path)
        if picture.name == "order":
            await me.page.locator(".num a").click()
            await me.page.wait_for_load_state("networkidle")
        (FOLDER / picture.file).write_bytes(_small(await me.page.screenshot()))
        await me.context.close()


def _small(png: bytes) -> bytes:
    out = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    few = image.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()
