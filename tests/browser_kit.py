"""Debian's chromium, and one person with it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

import httpx
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WIDTHS: Final = (320, 390, 768, 1280)


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """The browser, without the calls it makes of its own accord."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


class Reader:
    """One person with a browser; remembers what the console said and which hosts were asked."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type != "log" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(httpx.URL(request.url).netloc.decode()))


async def reader(browser: Browser, **facts: Any) -> Reader:
    """A phone, Indonesian unless said otherwise."""
    context = await browser.new_context(**({"locale": "id-ID", "viewport": {"width": 390, "height": 844}} | facts))
    return Reader(context, await context.new_page())


async def at_every_width(page: Page, address: str) -> AsyncGenerator[tuple[str, int]]:
    """The page in both themes, on a phone that is small, one that is not, a tablet and a laptop: which it is now."""
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        await page.goto(address)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 844})
            yield scheme, width
