"""Beranda and the reports in a real browser: on a phone and a laptop, light and dark, without anything refused."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from browser_kit import Reader, at_every_width, reader
from console_kit import PASSWORD, base, joined
from desk_kit import open_desk
from engine_kit import Shop
from gerai.app import App
from gerai.engine.desk.house import Within
from home_kit import busy_shop

PATHS = (
    "", "?range=today", "?range=90d", "/reports", "/reports?by=item", "/reports/times", "/reports/statement",
    "/reports/liabilities", "/books", "/books/check",
)  # fmt: skip
#: What can be pressed with less than a thumb's height. Links within a table are as high as their line.
LOW = """() => [...document.querySelectorAll("main a, main button, main summary")]
  .filter((e) => e.checkVisibility() && !e.matches("td a, th a, svg a") && e.getBoundingClientRect().height < 44)
  .map((e) => e.outerHTML.slice(0, 120))"""


async def signed_in(browser: Browser, base_url: str, within: Within, **facts: Any) -> Reader:
    """The owner of the shop, at Beranda."""
    me = await reader(browser, **facts)
    await enter_here(me, f"{base_url}{base(within)}", await joined(within))
    return me


async def enter_here(me: Reader, address: str, login: str) -> None:
    """Sign in on the way to Beranda."""
    await me.page.goto(address)
    await me.page.get_by_label("Nama masuk").fill(login)
    await me.page.get_by_label("Kata sandi").fill(PASSWORD)
    await me.page.get_by_role("button", name="Masuk").click()
    await expect(me.page.get_by_role("heading", level=1)).to_have_text("Beranda")


@pytest.fixture(scope="module")
async def busy(app: App) -> tuple[Within, Shop]:
    """A shop with thirty days behind it."""
    return await busy_shop(app)


@pytest.mark.browser
async def test_pages_fit_and_nothing_is_refused(
    app: App, base_url: str, browser: Browser, busy: tuple[Within, Shop]
) -> None:
    """No sideways scroll at any width, nothing that the page's own policy refuses, no other host; on a phone what is
    pressed is 44 pixels high."""
    within, _ = busy
    me, wrong = await signed_in(browser, base_url, within), list[tuple[str, str, int]]()
    for path in PATHS:
        async for scheme, width in at_every_width(me.page, f"{base_url}{base(within)}{path}"):
            if await me.page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append((path, scheme, width))
            if width < 400:
                assert await me.page.evaluate(LOW) == [], path
    assert wrong == []
    await me.context.clear_cookies()
    empty = await open_desk(app.house, simulated=False)
    await enter_here(me, f"{base_url}{base(empty)}", await joined(empty))
    async for scheme, width in at_every_width(me.page, f"{base_url}{base(empty)}"):
        assert await me.page.evaluate("document.documentElement.scrollWidth") <= width, scheme
    assert (me.complaints, me.hosts) == ([], {base_url.partition("//")[2]})
    await me.context.close()


@pytest.mark.browser
async def test_a_phone_sees_the_newest_days_first(base_url: str, browser: Browser, busy: tuple[Within, Shop]) -> None:
    """A phone has lines with the newest day on top, each leading to its orders; a laptop has bars."""
    within, _ = busy
    phone = await signed_in(browser, base_url, within)
    assert await phone.page.locator(".chart .wide").is_hidden()
    labels = await phone.page.locator(".narrow li span:first-child").all_inner_texts()
    assert (len(labels), labels[0], labels[1]) == (30, "15 Apr", "14 Apr")
    await phone.page.locator(".narrow li a").first.click()
    assert phone.page.url.endswith("/orders?since=2026-04-15&until=2026-04-15")
    await phone.context.close()
    laptop = await signed_in(browser, base_url, within, viewport={"width": 1280, "height": 900})
    assert await laptop.page.locator("ul.narrow").is_hidden()
    assert await laptop.page.locator(".chart .wide .bar").count() == 30
    await laptop.context.close()
