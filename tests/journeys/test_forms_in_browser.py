"""The console's forms of acts in a real browser: what they are about, amounts as typed, lists to choose from."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from browser_kit import Reader, reader
from console_kit import PASSWORD, base, joined
from desk_kit import DISTRICT, do, seen
from desk_money_kit import act, open_till
from gerai.app import App
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, acts


async def signed_in(browser: Browser, base_url: str, within: Within, **looks: object) -> Reader:
    """The shop's owner, at the list of products."""
    me = await reader(browser, **looks)
    await me.page.goto(f"{base_url}{base(within)}/products")
    await me.page.get_by_label("Nama masuk").fill(await joined(within))
    await me.page.get_by_label("Kata sandi").fill(PASSWORD)
    await me.page.get_by_role("button", name="Masuk").click()
    await expect(me.page.get_by_role("heading", level=1)).to_have_text("Produk")
    return me


async def made(within: Within, act_name: str, **given: Any) -> Done:
    """Something of the shop."""
    return await do(within, act_name, acts()[act_name].input(**given))


async def fits(page: Page, width: int) -> bool:
    """Whether nothing stands beside the window."""
    widths = [await page.evaluate(f"document.{part}.scrollWidth") for part in ("documentElement", "body")]
    return max(widths) <= width


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light")])
async def test_forms_fit(app: App, base_url: str, browser: Browser, width: int, scheme: str) -> None:
    """No sideways scroll and nothing that the pages' own policy refuses: forms of money, of a parcel that is not to be
    sent now, of stock, of goods in several stores, of a bundle's parts."""
    till = await open_till(app)
    waiting, _ = await till.asked()
    _, paid = await till.paid()
    refund = (await act(till.within, "payments.refund", id=paid.payment_id, back_sen=12_500_00)).details["refund"]
    arrival = await till.came(77_000_00, "M-1")
    for name in ("Toko Utama", "Toko Cabang dengan nama yang panjang sekali sampai baris berikutnya", "Toko Tiga"):
        await made(till.within, "stores.add", name=name)
    stores = tuple(row.id for row in await seen(till.within, "stores.list"))
    long = {"name": "Kaos Polos Lengan Panjang Warna Biru Tua", "sku": "KP-LP-BT-XXL-2026"}
    for goods in (long, {"name": "Topi", "sku": "TP-1"}):
        await made(till.within, "products.add", price_sen=150_000_00, stores=stores, **goods)
    await made(
        till.within, "warehouses.add", name="Gudang", address="Jl. Wonokromo 1", location_id=DISTRICT.location_id,
        postal_code="60241",
    )  # fmt: skip
    me = await signed_in(browser, base_url, till.within, viewport={"width": width, "height": 844}, color_scheme=scheme)
    here = f"{base_url}{base(till.within)}/do"
    for path in (
        f"payments.confirm?id={waiting.order.order_id}", f"payments.refund?id={paid.payment_id}",
        f"refunds.done?id={refund}", f"arrivals.book?id={arrival}", f"orders.ship?id={waiting.order.order_id}",
        "stock.count", "products.add", "bundles.add", "keys.create",
    ):  # fmt: skip
        await me.page.goto(f"{here}/{path}")
        assert await fits(me.page, width), path
    # What cannot be done now is no page of 200.
    complaints = [text for text in me.complaints if "409 (Conflict)" not in text]
    assert (complaints, me.hosts) == ([], {base_url.partition("//")[2]})


@pytest.mark.browser
async def test_a_product_is_added_on_a_phone(app: App, base_url: str, browser: Browser) -> None:
    """Its price as it is said in Indonesia, its stores ticked by their names; its form shows the price so again."""
    till = await open_till(app)
    stores = [await made(till.within, "stores.add", name=name) for name in ("Utama", "Cabang", "Daring")]
    first, _, third = [int(store.id) for store in stores]
    me = await signed_in(browser, base_url, till.within, viewport={"width": 390, "height": 844})
    page = me.page
    await page.goto(f"{base_url}{base(till.within)}/do/products.add")
    await page.locator("[name=name]").fill("Topi")
    await page.locator("[name=price_sen]").fill("Rp 75.000")
    for name in ("Utama", "Daring"):
        box = page.get_by_label(name, exact=True)
        if not await box.is_visible():
            await page.locator("summary", has_text="Lainnya, boleh kosong").click()
        await box.check()
    await page.get_by_role("button", name="Tambah produk").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Berhasil")
    [row] = await seen(till.within, "products.list")
    assert (row.name, row.price_sen, set(row.stores)) == ("Topi", 75_000_00, {first, third})
    [variant] = await seen(till.within, "variants.list")
    await page.goto(f"{base_url}{base(till.within)}/do/variants.edit?id={variant.id}")
    await expect(page.locator("[name=price_sen]")).to_have_value("75.000")
    assert me.complaints == []
