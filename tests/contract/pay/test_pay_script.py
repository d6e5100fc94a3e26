"""What the page's script does by itself: it counts down, and says that something was copied."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pay_orders import NOW, payment, view
from pay_pictures import order_page, screen
from playwright.async_api import Browser

pytestmark = pytest.mark.browser
#: A phone whose monotonic clock stood still while it slept.
ASLEEP = "performance.now = () => 0"
BUTTON = '[data-copy="3901705487754335"]'
COPIED = "b => document.querySelector(b).textContent.includes('Tersalin')"
#: Who reads a countdown, or a label, at once.
TEXT = "node => node.textContent.trim()"
#: Where the name and the languages stand in the head.
HEAD = """() => {
  const [brand, name, other] = [".brand", ".brand-name", ".languages"].map(
    (s) => document.querySelector(s).getBoundingClientRect());
  return [brand.right <= other.left + 1, other.bottom > brand.top && other.top < brand.bottom, name.height];
}"""


def waiting(seconds: int) -> str:
    """The page of an order that can be paid for so long."""
    return order_page(view(payments=(payment(expires_at=None),), expires_at=NOW + timedelta(seconds=seconds)))


async def test_the_countdown_goes_on_while_a_phone_sleeps(browser: Browser) -> None:
    """It counts by the time of day: what a sleeping phone did not count is gone when it wakes."""
    async with screen(browser, 390) as shown:
        await shown.page.add_init_script(ASLEEP)
        page = await shown.show(waiting(3_600))
        timer = page.locator("time[data-seconds]")
        assert await timer.evaluate(TEXT) == "01:00:00"
        await page.clock.fast_forward(10 * 60 * 1_000)
        assert await timer.evaluate(TEXT) == "00:50:00"


async def test_nobody_counts_the_seconds_of_a_day(browser: Browser) -> None:
    """Above a day stand days and hours, which do not tick; below, the clock does."""
    async with screen(browser, 390) as shown:
        page = await shown.show(waiting(2 * 86_400 + 23 * 3_600 + 59))
        timer = page.locator("time[data-seconds]")
        await page.clock.run_for(5_000)
        assert await timer.evaluate(TEXT) == "2 hari 23 jam"
        page = await shown.show(waiting(86_402))
        assert await timer.evaluate(TEXT) == "1 hari"
        await page.clock.run_for(5_000)
        assert await timer.evaluate(TEXT) == "23:59:57"


async def test_copied_twice_in_a_row(browser: Browser) -> None:
    """The button says that it copied for two seconds from the last press on, then what it does again."""
    async with screen(browser, 390, permissions=["clipboard-read", "clipboard-write"]) as shown:
        page = await shown.show(waiting(3_600))
        button = page.locator(BUTTON).first
        told: list[Any] = []
        for wait_ms in (1_500, 1_500, 600):
            if wait_ms == 1_500:
                await button.click()
                # Read behind it: by then the second copy has been made as well.
                await page.evaluate("navigator.clipboard.readText()")
                await page.wait_for_function(COPIED, arg=BUTTON)
            await page.clock.run_for(wait_ms)
            told.append(await button.evaluate(TEXT))
        assert told == ["Tersalin", "Tersalin", "Salin"]


@pytest.mark.parametrize("width", [320, 390])
async def test_the_head_is_one_row(browser: Browser, width: int) -> None:
    """A shop's name of twenty letters, and one without end, stand beside the languages, in two lines at most."""
    async with screen(browser, width) as shown:
        for name in ("Kopi Sinar Pagi Jaya", "PT Toko Sinar Pagi Sentosa Jaya Abadi Makmur Sejahtera Nusantara"):
            page = await shown.show(order_page(view(), merchant_name=name))
            beside, same_row, height = await page.evaluate(HEAD)
            assert (beside, same_row) == (True, True), name
            assert height <= 2 * 16 * 1.3 + 1
