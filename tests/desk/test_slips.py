"""Labels of parcels: what a courier and a packer must know, of orders that something is to be sent for alone."""

from __future__ import annotations

import html
import re

import httpx
import msgspec
from goods_kit import new_warehouse

from console_kit import base, browser_of, enter, joined
from console_orders_kit import PARCEL, RINA, order_of, paid_order, shop_at_desk
from desk_kit import DISTRICT, do
from engine_kit import Shop
from gerai.app import App
from gerai.domain.records import OrderView
from gerai.engine.catalogue.extend import CatalogueAdditions, extend_catalogue
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import acts
from gerai.engine.orders.cancel import CancelOrder


async def printed(app: App, within: Within, *views: OrderView) -> httpx.Response:
    """The page of these orders' slips."""
    async with browser_of(app) as browser:
        await enter(browser, await joined(within, "viewer"))
        ids = [str(view.order.order_id) for view in views]
        return await browser.get(f"{base(within)}/orders/print", params={"id": ids})


def slips(page: httpx.Response) -> list[str]:
    """What each label says."""
    found = re.findall(r'<section class="card slip".*?</section>', page.text, re.S)
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", one)).split()) for one in found]


async def cancelled(shop: Shop, view: OrderView) -> OrderView:
    """The same order, cancelled."""
    await shop.do(CancelOrder, view)
    return view


async def test_a_label_says_who_sends_what_to_whom(app: App) -> None:
    """Courier and service, number as text and bars, buyer, sender from its warehouse, weight and items; nothing of
    another shop's order."""
    shop, within = await shop_at_desk(app)
    other, _ = await shop_at_desk(app)
    await extend_catalogue(shop.engine, shop.merchant_id, CatalogueAdditions(districts=[DISTRICT]))
    warehouse = await new_warehouse(within)
    parcel = msgspec.structs.replace(PARCEL, warehouse_id=warehouse)
    mine, theirs = await paid_order(shop, parcel=parcel), await paid_order(other)
    await do(within, "orders.ship", acts()["orders.ship"].input(id=mine.order.order_id, receipt="JX123"), reason="x")
    page = await printed(app, within, mine, theirs)
    [said] = slips(page)
    for word in ("JNE REG", "JX123", "Kepada Rina Wulandari", "Pengirim", within.merchant.name, "1.200 gram", "1 × A"):
        assert word in said
    assert "Jl. " in said
    assert "COD" not in said
    assert page.text.count('<path d="M10 0h2v24h-2z') == 1
    assert theirs.order.number not in page.text


async def test_what_is_not_sent_has_no_label_and_is_named(app: App) -> None:
    """Cancelled, unpaid, or without a parcel: no label, and why."""
    shop, within = await shop_at_desk(app)
    paid, unpaid, gone = await paid_order(shop), await order_of(shop), await cancelled(shop, await order_of(shop))
    digital = await paid_order(shop, parcel=None)
    page = await printed(app, within, paid, unpaid, gone, digital)
    assert len(slips(page)) == 1
    [named] = re.findall(r'aria-labelledby="without">(.*?)</section>', page.text, re.S)
    assert "3 tidak dicetak" in named
    why = dict(re.findall(r">([^<]+)</a> <span>([^<]+)</span>", named))
    assert {number: text.partition(":")[0] for number, text in why.items()} == {
        unpaid.order.number: "belum dibayar",
        gone.order.number: "sudah berakhir",
        digital.order.number: "tidak ada paket",
    }


async def test_what_is_paid_at_the_door_says_how_much(app: App) -> None:
    """The courier takes the order's total; the shop's own address where no warehouse is known."""
    shop, within = await shop_at_desk(app)
    for name, value in (("shop_address", "Jl. Melati 1, Jakarta"), ("shop_contact", "0812-3456-7890")):
        await do(within, "settings.set", acts()["settings.set"].input(name=name, value=value))
    order = await order_of(shop, channel="scalev", labels={"method": "cod"}, status="confirmed")
    [said] = slips(await printed(app, within, order))
    assert "COD Rp300.000" in said
    assert f"{within.merchant.name} 0812-3456-7890 Jl. Melati 1, Jakarta" in said
    assert RINA["mobile_as_sent"] in said or RINA["mobile"] in said
