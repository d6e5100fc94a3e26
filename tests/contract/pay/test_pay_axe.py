"""Every page of orders, top-ups and errors that a payer may see, looked at by axe-core in a real browser."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from pay_pictures import every_page, screen
from playwright.async_api import Browser

from axe_kit import WIDTHS, findings
from browser_kit import SCHEMES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600)]
LOOKS = tuple(product(SCHEMES, WIDTHS))


@pytest.mark.parametrize("language", ["id", "en"])
async def test_axe_finds_nothing(browser: Browser, language: Any, request: pytest.FixtureRequest) -> None:
    """WCAG 2.2 AA, headings and landmarks: every second page of a language in one theme and width, the ways in turn;
    with ``--every-look`` each in all of them."""
    every, wrong = request.config.getoption("every_look"), dict[str, list[str]]()
    pages = list(enumerate(every_page(language).items()))
    async with screen(browser, 390) as shown:
        # axe-core waits by the page's own clock.
        await shown.page.clock.resume()
        for number, (name, html) in pages if every else pages[language == "en" :: 2]:
            page = await shown.show(html)
            for scheme, width in LOOKS if every else [LOOKS[number // 2 % len(LOOKS)]]:
                await page.set_viewport_size({"width": width, "height": 844})
                if found := await findings(page, scheme):
                    wrong[f"{name}, {scheme}, {width}"] = found
    assert wrong == {}
