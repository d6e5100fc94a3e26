"""The desk in a real browser while things happen: news without a reload, rows ticked, views saved; with a script and
without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from test_order_pages_in_browser import LAPTOP, PHONE, signed_in

from browser_kit import Reader
from console_kit import base
from console_orders_kit import order_of, paid_order, shop_at_desk
from engine_kit import Shop
from gerai.app import App
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.engine.orders.cancel import CancelOrder

TWO_SECONDS = 2000


async def at_the_list(app: App, browser: Browser, base_url: str, **facts: Any) -> tuple[Shop, Within, Reader]:
    """An operator at the orders of a shop that has one."""
    shop, within = await shop_at_desk(app)
    await paid_order(shop)
    me = await signed_in(browser, base_url, within, **facts)
    # The stream is there once it has said that the page may be old.
    await me.page.wait_for_timeout(1500)
    return shop, within, me


def row(page: Page, number: str) -> Any:
    return page.locator(".orders tbody tr", has_text=number)


@pytest.mark.browser
@pytest.mark.parametrize("facts", [{"viewport": PHONE}, {"viewport": LAPTOP, "color_scheme": "dark"}])
async def test_an_order_appears_by_itself(app: App, base_url: str, browser: Browser, facts: Any) -> None:
    """On the list, its counts and the home page within two seconds, marked as new; a change of its state, too. Another
    shop's order never. Nothing that the page's own policy refuses."""
    shop, within, me = await at_the_list(app, browser, base_url, **facts)
    other, _ = await shop_at_desk(app)
    foreign = await order_of(other)
    view = await order_of(shop)
    await expect(row(me.page, view.order.number)).to_be_visible(timeout=TWO_SECONDS)
    await expect(row(me.page, view.order.number)).to_have_class(re.compile("fresh"))
    await expect(me.page.locator(".states a", has_text="Menunggu bayar").locator("em")).to_have_text("1")
    await me.page.wait_for_timeout(2000)
    await shop.do(CancelOrder, view, reason="", by="operator:test")
    await expect(row(me.page, view.order.number)).to_contain_text("Dibatalkan", timeout=TWO_SECONDS)
    await expect(row(me.page, foreign.order.number)).to_have_count(0)
    await me.page.goto(f"{base_url}{base(within)}")
    await me.page.wait_for_timeout(1500)
    third = await order_of(shop, contact={"name": "Eko Prasetyo"})
    await expect(me.page.locator(f'.latest a[href$="/{third.order.order_id}"]')).to_be_visible(timeout=TWO_SECONDS)
    assert (me.complaints, me.hosts) == ([], {base_url.partition("//")[2]})
    await me.context.close()


@pytest.mark.browser
async def test_what_a_hand_holds_stays(app: App, base_url: str, browser: Browser) -> None:
    """While rows are ticked the list does not move: a line says how many orders are new, and its link shows them."""
    shop, _, me = await at_the_list(app, browser, base_url, viewport=LAPTOP)
    await me.page.locator(".tick input").first.check()
    view = await order_of(shop)
    await expect(me.page.locator(".news")).to_contain_text("1 pesanan baru", timeout=TWO_SECONDS + 500)
    await expect(row(me.page, view.order.number)).to_have_count(0)
    assert await me.page.locator(".tick input").first.is_checked()
    await me.page.locator(".news a").click()
    await expect(row(me.page, view.order.number)).to_be_visible()
    assert me.complaints == []
    await me.context.close()


@pytest.mark.browser
async def test_one_order_changes_under_the_eye(app: App, base_url: str, browser: Browser) -> None:
    """Its page shows what a colleague did; another order's changes leave it alone."""
    shop, within, me = await at_the_list(app, browser, base_url, viewport=PHONE)
    view, beside = await order_of(shop), await order_of(shop)
    await me.page.goto(f"{base_url}{base(within)}/orders/{view.order.order_id}")
    await me.page.wait_for_timeout(1500)
    await shop.do(CancelOrder, beside, reason="", by="operator:test")
    await shop.do(CancelOrder, view, reason="", by="operator:test")
    await expect(me.page.locator(".pills")).to_contain_text("Dibatalkan", timeout=TWO_SECONDS)
    assert me.complaints == []
    await me.context.close()


@pytest.mark.browser
async def test_signed_out_elsewhere_it_says_so(app: App, base_url: str, browser: Browser) -> None:
    """The page of a session that was ended says that it is over, and shows nothing new any more."""
    shop, within, me = await at_the_list(app, browser, base_url, viewport=PHONE)
    async with within.engine.connection() as connection:
        await connection.execute("UPDATE person_sessions SET expires_at = now()")
    await expect(me.page.locator(".news")).to_contain_text("Sesi Anda sudah berakhir", timeout=6000)
    view = await order_of(shop)
    await me.page.wait_for_timeout(2500)
    await expect(row(me.page, view.order.number)).to_have_count(0)
    await me.page.locator(".news a").click()
    await expect(me.page.get_by_label("Nama masuk")).to_be_visible()
    await me.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
async def test_rows_are_ticked_and_done(app: App, base_url: str, browser: Browser, script: bool) -> None:
    """Tick, choose, see what will be done, send: a line for each, then their slips; with a script or without, at the
    width of a phone and without sideways scroll."""
    shop, within = await shop_at_desk(app)
    orders = [await paid_order(shop) for _ in range(3)]
    facts: Any = {"viewport": {"width": 320, "height": 720}, "java_script_enabled": script}
    me = await signed_in(browser, base_url, within, **facts)
    page = me.page
    if script:
        await page.get_by_label("Pilih semua").check()
    else:
        for tick in await page.locator(".tick input").all():
            await tick.check()
    await page.locator(".bulk select").select_option("orders.process")
    await page.get_by_role("button", name="Lanjut").click()
    await expect(page.locator(".ticked li")).to_have_count(3)
    await page.locator("form .btn.primary").click()
    await expect(page.locator(".ticked .pill.good")).to_have_count(3)
    if script:
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await page.get_by_role("button", name="Cetak slip kemas").click()
    await expect(page.locator(".slip")).to_have_count(3)
    await expect(page.locator(".slip").first).to_contain_text(orders[-1].order.number)
    if script:
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    assert me.complaints == []
    assert await check(shop.engine, shop.merchant_id) == []
    await me.context.close()


@pytest.mark.browser
async def test_a_view_is_saved_without_a_script(app: App, base_url: str, browser: Browser) -> None:
    """Narrow a list, give it a name: a tab from then on, also on the next visit; renamed and removed on the page of
    all."""
    shop, within = await shop_at_desk(app)
    await paid_order(shop)
    me = await signed_in(browser, base_url, within, viewport=PHONE, java_script_enabled=False)
    page = me.page
    await page.goto(f"{base_url}{base(within)}/orders?status=confirmed")
    await page.get_by_text("Simpan tampilan ini").click()
    await page.get_by_label("Nama", exact=True).fill("Harus dikirim")
    await page.get_by_role("button", name="Simpan", exact=True).click()
    await expect(page.get_by_role("link", name="Harus dikirim")).to_have_attribute("aria-current", "true")
    await page.goto(f"{base_url}{base(within)}/orders")
    await page.get_by_role("link", name="Harus dikirim").click()
    await expect(page.locator(".states a[aria-current]")).to_contain_text("Siap diproses")
    await page.get_by_role("link", name="Atur").click()
    await page.get_by_role("link", name="Hapus tampilan").click()
    await page.locator("form .btn.primary").click()
    await page.goto(f"{base_url}{base(within)}/orders")
    await expect(page.get_by_role("link", name="Harus dikirim")).to_have_count(0)
    await me.context.close()
