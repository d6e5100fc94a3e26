"""The console's pages of orders in a real browser: on a phone and a laptop, light and dark, by keyboard, and without a
script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from browser_kit import Reader, at_every_width, reader
from console_kit import PASSWORD, base, joined
from console_orders_kit import order_of, paid_order, shop_at_desk
from engine_kit import Shop
from gerai.app import App
from gerai.domain.records import OrderView
from gerai.engine.desk.house import Within

PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
#: Nothing wraps in it by itself.
LONG = "SBX-INV2026112905132713900000000000000000000000000000000000000000000000000000000000"


async def signed_in(browser: Browser, base_url: str, within: Within, **facts: Any) -> Reader:
    """An operator of the shop, at the list of orders."""
    login = await joined(within, "operator")
    me = await reader(browser, **facts)
    await me.page.goto(f"{base_url}{base(within)}/orders")
    await me.page.get_by_label("Nama masuk").fill(login)
    await me.page.get_by_label("Kata sandi").fill(PASSWORD)
    await me.page.get_by_role("button", name="Masuk").click()
    await expect(me.page.get_by_role("heading", level=1)).to_have_text("Pesanan")
    return me


async def three_orders(app: App) -> tuple[Shop, Within, list[OrderView]]:
    """A shop with one order that waits for its payment, one to be sent, and one with a number that is too long."""
    shop, within = await shop_at_desk(app)
    return shop, within, [await order_of(shop), await paid_order(shop), await order_of(shop, number=LONG)]


@pytest.mark.browser
async def test_pages_fit_and_nothing_is_refused(app: App, base_url: str, browser: Browser) -> None:
    """No sideways scroll at any width, nothing that the page's own policy refuses, no other host."""
    _, within, [waiting, paid, long] = await three_orders(app)
    me, wrong = await signed_in(browser, base_url, within), list[tuple[str, str, int]]()
    for path in (
        "/orders", "/orders?text=nobody&since=2026-11-01", f"/orders/{waiting.order.order_id}", "/more",
        f"/orders/{paid.order.order_id}", f"/orders/{long.order.order_id}",
        f"/do/orders.ship?id={paid.order.order_id}&back=orders/{paid.order.order_id}", "/warehouses",
    ):  # fmt: skip
        async for scheme, width in at_every_width(me.page, f"{base_url}{base(within)}{path}"):
            whole = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
            if await me.page.evaluate(whole) > width:
                wrong.append((path, scheme, width))
    assert wrong == []
    assert (me.complaints, me.hosts) == ([], {base_url.partition("//")[2]})


@pytest.mark.browser
async def test_a_card_opens_its_order_wherever_it_is_touched(app: App, base_url: str, browser: Browser) -> None:
    """On a phone an order is one card: a touch on its sum opens it as one on its number does."""
    _, within, [_, paid, _] = await three_orders(app)
    me = await signed_in(browser, base_url, within, viewport=PHONE)
    await me.page.locator("tr", has_text=paid.order.number).locator(".sum").click(force=True)
    await expect(me.page.get_by_role("heading", level=1)).to_have_text(paid.order.number)


@pytest.mark.browser
async def test_the_keyboard_is_enough(app: App, base_url: str, browser: Browser) -> None:
    """``/`` goes to the search, ``j`` and ``k`` from row to row, Enter opens, ``?`` says so; in a field a key is a
    letter."""
    _, within, [waiting, paid, long] = await three_orders(app)
    me = await signed_in(browser, base_url, within, viewport=LAPTOP)
    page = me.page
    focused = "document.activeElement.closest('tr')?.querySelector('.num a').textContent"
    for key, number in (("j", long), ("j", paid), ("j", waiting), ("j", waiting), ("k", paid)):
        await page.keyboard.press(key)
        assert await page.evaluate(focused) == number.order.number
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(paid.order.number)
    await page.keyboard.press("/")
    await page.keyboard.type("jk?/")
    assert await page.get_by_role("search").get_by_role("searchbox").input_value() == "jk?/"
    await page.get_by_role("search").get_by_role("searchbox").fill(waiting.order.number)
    await page.keyboard.press("Enter")
    await expect(page.locator(".orders tbody tr")).to_have_count(1)
    assert me.complaints == []


@pytest.mark.browser
async def test_a_link_is_copied(app: App, base_url: str, browser: Browser) -> None:
    """The pay link is in the clipboard after one touch, and the button says so."""
    _, within, [waiting, *_] = await three_orders(app)
    me = await signed_in(
        browser, base_url, within, viewport=PHONE, permissions=["clipboard-read", "clipboard-write"]
    )  # fmt: skip
    await me.page.goto(f"{base_url}{base(within)}/orders/{waiting.order.order_id}")
    await me.page.get_by_role("button", name="Salin").click()
    await expect(me.page.get_by_text("Tersalin")).to_be_visible()
    assert waiting.order.secret in await me.page.evaluate("navigator.clipboard.readText()")


@pytest.mark.browser
async def test_printed_it_is_a_packing_slip(app: App, base_url: str, browser: Browser) -> None:
    """On paper there are items, customer and parcel, dark or light the same, and nothing to press; neither the pay link
    nor what happened inside the shop goes with the parcel."""
    _, within, [_, paid, _] = await three_orders(app)
    me = await signed_in(browser, base_url, within, viewport=LAPTOP, color_scheme="dark")
    await me.page.goto(f"{base_url}{base(within)}/orders/{paid.order.order_id}")
    await me.page.emulate_media(media="print")
    for word in ("A thing", "Rina Wulandari", "JNE REG", "Rp300.000"):
        await expect(me.page.get_by_text(word).first).to_be_visible()
    for hidden in (".top", ".side", ".acts", ".story", "#pay-link", ".steps"):
        assert await me.page.locator(hidden).first.is_hidden(), hidden
    assert await me.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(244, 242, 236)"


@pytest.mark.browser
async def test_all_of_it_works_without_a_script(app: App, base_url: str, browser: Browser) -> None:
    """Filter, open, do the next step, switch theme and language: by links and forms alone; what only a script can do is
    not shown."""
    _, within, [_, paid, _] = await three_orders(app)
    me = await signed_in(browser, base_url, within, viewport=PHONE, java_script_enabled=False)
    page = me.page
    await page.get_by_role("link", name="Siap diproses").click()
    await page.locator(".orders a").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(paid.order.number)
    assert await page.get_by_role("button", name="Salin").count() == 0
    await page.locator(".head a.btn.primary").click()
    await page.locator("form .btn.primary").click()
    await expect(page.get_by_role("status")).to_contain_text("Berhasil")
    await expect(page.locator(".pills")).to_contain_text("Diproses")
    await page.get_by_text("Tindakan lain").click()
    await expect(page.get_by_role("link", name="Batalkan pesanan")).to_have_count(0)
    await page.get_by_role("link", name="Lainnya").click()
    await page.get_by_role("link", name="Tema: gelap").click()
    assert await page.locator("meta[name=color-scheme]").get_attribute("content") == "dark"
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("More")
