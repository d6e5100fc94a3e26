"""Money that cannot simply be booked: the page says what happened and what can be done, at the form and afterwards."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncGenerator

import httpx
import pytest_asyncio
from test_order_pages import text_of

from console_kit import base, browser_of, enter, joined, mark
from console_orders_kit import order_of, shop_at_desk
from desk_money_kit import open_till
from gerai.app import App
from gerai.engine.check import check


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own, in Indonesian."""
    async with browser_of(app) as client:
        client.headers["accept-language"] = "id"
        yield client


def banner(page: httpx.Response) -> str:
    """What an order's page says of money that waits; empty: nothing."""
    found = re.findall(r'<div class="problem screen">(.*?)</div></div>', page.text, re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", "".join(found))).split())


async def test_another_amount_is_not_booked_and_says_what_to_do(app: App, browser: httpx.AsyncClient) -> None:
    """Too little and too much, confirmed by hand: by how much, that nothing is changed, and what is to be done. The
    order stays unpaid."""
    shop, within = await shop_at_desk(app)
    view = await shop.start_payment(await order_of(shop))
    await enter(browser, await joined(within, "operator"))
    address = f"{base(within)}/do/payments.confirm?id={view.payments[0].payment_id}"
    for came, said in (
        (
            "250000",
            "Yang datang Rp250.000, yang ditagih Rp300.000: kurang Rp50.000. Tidak ada yang diubah. Minta sisanya",
        ),
        ("350000", "Yang datang Rp350.000, yang ditagih Rp300.000: lebih Rp50.000. Tidak ada yang diubah. Konfirmasi"),
    ):
        form = await mark(browser, address) | {"came_sen": came, "reason": "mutasi"}
        answer = await browser.post(address, data=form)
        assert said in text_of(answer)
    now = await shop.engine.orders.as_now(view.order)
    assert (now.order.status, now.payments[0].status) == ("pending", "processing")
    assert await check(shop.engine, within.merchant_id) == []


async def test_late_money_stands_on_top_of_its_order(app: App, browser: httpx.AsyncClient) -> None:
    """Confirmed for an order that was cancelled, the answer says that it waits, and leads to what waits; its order's
    page says what came, and leads to the act that decides it. Decided, it is gone."""
    till = await open_till(app)
    view, payment = await till.asked()
    await till.cancel(view)
    here, order = base(till.within), f"{base(till.within)}/orders/{view.order.order_id}"
    await enter(browser, await joined(till.within, "operator"))
    assert banner(await browser.get(order)) == ""
    address = f"{here}/do/payments.confirm?id={payment.payment_id}"
    done = await browser.post(address, data=await mark(browser, address) | {"reason": "mutasi"})
    assert "datang terlambat atau jumlahnya berbeda: menunggu keputusan Anda" in text_of(done)
    assert f'<a href="{here}/waiting">' in done.text
    page = await browser.get(order)
    assert re.fullmatch(r"Rp50\.000 datang terlambat dan menunggu keputusan Anda: .* Perlu tindakan", banner(page))
    [act] = re.findall(r'<div class="problem screen">.*?href="([^"]*/do/payments.resolve[^"]*)"', page.text, re.S)
    address = html.unescape(act)
    form = await mark(browser, address) | {"decision": "refund", "reason": "terlambat"}
    assert (await browser.post(address, data=form)).status_code == 303
    assert banner(await browser.get(order)) == ""
    assert await check(till.within.engine, till.within.merchant_id) == []
