"""The hosted pages in a real browser, over a real socket: live status, both languages, no JavaScript, no other host."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from browser_kit import reader
from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.doors.dialects.scalev.order_details import (
    AgreedShipping,
    Area,
    CustomerDetails,
    OrderDetails,
    StoreDetails,
    Totals,
)
from gerai.engine.command import Contact
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.shipping.record import RecordShipment
from gerai.kit import ids
from gerai.kit.clock import real_now


def scalev_details() -> dict[str, Any]:
    """What Scalev keeps of an order that is sent, and got a discount."""
    area = Area("Jl. Melati 1", 1, "Menteng", "Jakarta Pusat", "DKI Jakarta", "10310")
    shipping = AgreedShipping(
        "JNE Reguler", rupiah(20_000), "2–3 hari", "Jl. Melati 1", area, area, "w", "Gudang", "Budi", "+62811", 1,
        "REG", 1, "JNE", pickup=False,
    )  # fmt: skip
    return OrderDetails(
        store=StoreDetails(
            1, "store", "0b6c4f4e-0000-4000-8000-000000000001", "Toko Sinar Pagi", "manual", "https://toko.example"
        ),
        customer=CustomerDetails("Rina Wulandari", "rina@example.com", "+62 812-3456-789"),
        totals=Totals(product=rupiah(159_000), product_discount=rupiah(5_000), shipping=rupiah(20_000)),
        item_types=["physical"],
        shipping=shipping,
        discounts=[{"title": "Diskon bundel", "amount_sen": rupiah(5_000)}],
    ).as_details()


async def place(engine: Engine, merchant_id: int, **changes: Any) -> OrderView:
    """An invoice order of Rp174.000 with shipping, a discount and a buyer."""
    order_id = engine.ids.next()
    facts: dict[str, Any] = {
        "merchant_id": merchant_id,
        "environment": "sandbox",
        "channel": "scalev",
        "key_id": None,
        "order_id": order_id,
        "public_id": f"order-{order_id}",
        "number": f"N-{order_id}",
        "secret": ids.token(),
        "lines": (
            NewLine("thing", 1, "Kopi Gayo Arabika 250 g, giling kasar", 2, rupiah(65_000), rupiah(130_000)),
            NewLine("thing", 2, "Panduan Seduh (PDF)", 1, rupiah(29_000), rupiah(29_000)),
        ),
        "total_sen": rupiah(174_000),
        "funding": "invoice",
        "after_payment": "complete",
        "details": scalev_details(),
        "contact": Contact(
            public_id=f"rina-{order_id}",
            name="Rina Wulandari",
            email="rina@example.com",
            mobile="+628123456789",
            mobile_as_sent="+62 812-3456-789",
        ),
        "expires_at": real_now() + timedelta(hours=24),
    }
    return (await engine.submit(PlaceOrder(**(facts | changes)))).answer.view


@pytest_asyncio.fixture
async def order(engine: Engine) -> OrderView:
    """A fresh order of a shop with a name."""
    merchant_id = await open_merchant(engine, f"pages{engine.ids.next()}", "Toko Sinar Pagi", {}, simulated=True)
    return await place(engine, merchant_id)


@pytest.mark.browser
async def test_a_payer_goes_all_the_way(base_url: str, browser: Browser, order: OrderView) -> None:
    """Open, switch the language, choose a bank, copy the number, play the payer, and see the status change."""
    me = await reader(browser, permissions=["clipboard-read", "clipboard-write"])
    page = me.page
    await page.goto(f"{base_url}/o/{order.order.secret}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pilih cara bayar")
    await page.get_by_role("link", name="EN").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Choose how to pay")
    assert await page.get_attribute("html", "lang") == "en"
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Choose how to pay")
    await page.get_by_text("Virtual Account", exact=True).click()
    await page.get_by_role("button", name="BCA", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Complete your payment")
    shown = await page.locator("#pay-code").inner_text()
    assert len(shown) == 16
    assert shown.isdigit()
    await page.get_by_role("button", name="Copy payment number").click()
    assert await page.evaluate("navigator.clipboard.readText()") == shown
    before = await page.locator("time[data-seconds]").inner_text()
    await expect(page.locator("time[data-seconds]")).not_to_have_text(before)
    await page.get_by_role("button", name="Pay now").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your order is complete")
    assert me.complaints == []
    assert me.hosts == {httpx.URL(base_url).netloc.decode()}
    await me.context.close()


@pytest.mark.browser
async def test_the_status_changes_without_reloading(
    base_url: str, browser: Browser, engine: Engine, order: OrderView
) -> None:
    """Two open pages of one order follow a payment made elsewhere; neither is loaded again."""
    readers = [await reader(browser), await reader(browser, locale="en-GB", viewport={"width": 1280, "height": 900})]
    for me in readers:
        await me.page.goto(f"{base_url}/user/invoice/{order.order.number}?t={order.order.secret}")
        await me.page.evaluate("window.sameDocument = true")
        await expect(me.page.locator(".live-on")).to_be_visible()
    await engine.submit(
        RecordPayment(
            merchant_id=order.order.merchant_id,
            environment="sandbox",
            order_id=order.order.order_id,
            outcome="paid",
            public_id=f"pay-{order.order.order_id}",
            method="qris",
        )
    )
    for me, thanks in zip(readers, ("Pesanan Anda selesai", "Your order is complete"), strict=True):
        await expect(me.page.get_by_role("heading", level=1)).to_have_text(thanks)
        await expect(me.page.locator("#announcement")).to_have_text(thanks)
        assert await me.page.evaluate("window.sameDocument") is True
        assert me.complaints == []
        await me.context.close()


@pytest.mark.browser
async def test_it_works_without_javascript(base_url: str, browser: Browser, order: OrderView) -> None:
    """Forms and links alone: choose, change, choose a QR, pay, reload; nothing is offered that could not work."""
    me = await reader(browser, java_script_enabled=False)
    page = me.page
    await page.goto(f"{base_url}/o/{order.order.secret}/success")
    await expect(page.get_by_text("tidak berubah sendiri tanpa JavaScript")).to_be_visible()
    await page.get_by_text("Virtual Account", exact=True).click()
    await page.get_by_role("button", name="Mandiri").click()
    await expect(page.locator("#pay-code")).to_be_visible()
    assert await page.get_by_role("button", name="Salin nomor pembayaran").count() == 0
    await page.get_by_role("button", name="Ganti cara bayar").click()
    await page.get_by_role("button", name="QRIS").click()
    await expect(page.locator("svg.qr")).to_be_visible()
    await page.get_by_role("button", name="Bayar sekarang").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pesanan Anda selesai")
    assert me.hosts == {httpx.URL(base_url).netloc.decode()}
    await me.context.close()


@pytest.mark.browser
async def test_a_paper_is_kept_without_javascript(
    base_url: str, browser: Browser, order: OrderView, tmp_path: Path
) -> None:
    """The link of the page saves a PDF under the order's number, an invoice before it is paid and a receipt after; the
    page stays where it is."""
    me = await reader(browser, java_script_enabled=False, accept_downloads=True)
    page, address = me.page, f"{base_url}/i/{order.order.secret}"
    await page.goto(address)
    for link, name in (("Unduh tagihan (PDF)", "tagihan"), ("Unduh bukti pembayaran (PDF)", "bukti-pembayaran")):
        async with page.expect_download() as saving:
            await page.get_by_role("link", name=link).click()
        download = await saving.value
        assert download.suggested_filename == f"{name}-{order.order.number}.pdf"
        await download.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(b"%PDF-")
        assert page.url == address
        if name == "tagihan":
            await page.get_by_role("button", name="Bayar sekarang").click()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Pesanan Anda selesai")
    assert me.hosts == {httpx.URL(base_url).netloc.decode()}
    await me.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_pages_fit_and_can_be_tapped(base_url: str, browser: Browser, order: OrderView, width: int) -> None:
    """No sideways scrolling at any width, and everything there is to press is at least 44 pixels high."""
    me = await reader(browser, viewport={"width": width, "height": 844})
    page = me.page
    for path in ("/", f"/i/{order.order.secret}", "/nothing"):
        await page.goto(base_url + path)
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        small = await page.evaluate(
            """[...document.querySelectorAll("main button, main summary, main a, nav a")]
               .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44)
               .map((e) => e.outerHTML)"""
        )
        assert small == []
    await me.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_twelve_digits_and_long_names_are_not_cut(
    base_url: str, browser: Browser, engine: Engine, width: int
) -> None:
    """The largest amount a method takes, and names without end, stay within their card; the amount is on one line."""
    name = "PT Toko Sinar Pagi Sentosa Jaya Abadi Makmur Sejahtera Nusantara"
    merchant_id = await open_merchant(engine, f"pages{engine.ids.next()}", name, {}, simulated=True)
    most = rupiah(999_999_999_999)
    order = await place(
        engine, merchant_id, lines=(NewLine("thing", 1, "Kopi Gayo" * 20, 1, most, most),), total_sen=most
    )
    me = await reader(browser, viewport={"width": width, "height": 844})
    page = me.page
    await page.goto(f"{base_url}/i/{order.order.secret}")
    for _ in range(2):
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        outside = await page.evaluate(
            """[...document.querySelectorAll("main *")].filter((e) => !e.closest(".hidden-text")
               && e.checkVisibility() && e.getBoundingClientRect().right > innerWidth).map((e) => e.outerHTML)"""
        )
        assert outside == []
        for amount in await page.get_by_text("Rp999.999.999.999", exact=True).all():
            lines = await amount.evaluate(
                """(e) => { const text = document.createRange(); text.selectNodeContents(e);
                   return new Set([...text.getClientRects()].map((r) => Math.round(r.top))).size }"""
            )
            assert lines == 1
        if await page.get_by_role("button", name="Kartu").count():
            await page.get_by_role("button", name="Kartu").click()
            await expect(page.get_by_role("link", name="Lanjut bayar dengan kartu")).to_be_visible()
    await me.context.close()


@pytest.mark.browser
async def test_a_wallet_is_confirmed_on_a_page_of_its_own(base_url: str, browser: Browser, order: OrderView) -> None:
    """The button leads to the played wallet; declining leads back to the choice, confirming pays. No script needed."""
    me = await reader(browser, java_script_enabled=False)
    page = me.page
    await page.goto(f"{base_url}/i/{order.order.secret}")
    for button, thanks in (("Tolak", "Pilih cara bayar"), ("Konfirmasi dan bayar", "Pesanan Anda selesai")):
        await page.get_by_text("Dompet digital", exact=True).click()
        await page.get_by_role("button", name="DANA", exact=True).click()
        await page.get_by_role("link", name="Lanjut ke DANA").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Konfirmasi di DANA")
        await expect(page.get_by_text("Rp174.000")).to_be_visible()
        await page.get_by_role("button", name=button).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(thanks)
    assert me.hosts == {httpx.URL(base_url).netloc.decode()}
    await me.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_a_parcel_is_followed(base_url: str, browser: Browser, engine: Engine, width: int) -> None:
    """Courier, number to copy and steps fit at any width, and the open page follows what the courier reports."""
    merchant_id = await open_merchant(engine, f"pages{engine.ids.next()}", "Toko Sinar Pagi", {}, simulated=True)
    parcel = Parcel("jne", "REG", "", 77, 250, rupiah(20_000))
    order = await place(engine, merchant_id, parcel=parcel, funding="free", status="confirmed", expires_at=None)
    owner: dict[str, Any] = {"merchant_id": merchant_id, "environment": "sandbox", "channel": "scalev"}
    owner["order_id"] = order.order.order_id
    me = await reader(
        browser, viewport={"width": width, "height": 844}, permissions=["clipboard-read", "clipboard-write"]
    )
    page = me.page
    await page.goto(f"{base_url}/o/{order.order.secret}")
    await expect(page.locator("#parcel-heading")).to_have_text("JNE Reguler")
    await expect(page.locator(".live-on")).to_be_visible()
    await engine.submit(RecordShipment(**owner, receipt="JX0123456789012345678901234567890123456789"))
    await page.get_by_role("button", name="Salin nomor resi").click()
    assert await page.evaluate("navigator.clipboard.readText()") == "JX0123456789012345678901234567890123456789"
    await engine.submit(RecordShipment(**owner, words="ON DELIVERY", status="in_transit", description="Dibawa kurir"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pesanan Anda sedang dikirim")
    await expect(page.locator(".track li[aria-current]")).to_have_text("Di jalan")
    await expect(page.locator(".timeline li").first).to_contain_text("Dibawa kurir")
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert me.complaints == []
    await me.context.close()


async def test_the_stream_names_versions_and_ends(base_url: str, engine: Engine, order: OrderView) -> None:
    """The stream begins with the version of the page as it is, tells a new one after a change, and ends when final."""
    url = f"{base_url}/i/{order.order.secret}"
    lines: list[str] = []
    async with httpx.AsyncClient(timeout=10) as client, client.stream("GET", f"{url}/events") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        async for line in answer.aiter_lines():
            lines.append(line)
            if line or len(lines) != 5:
                continue
            # The first version has arrived: it is the page's own. Now something happens.
            assert f'data-version="{lines[3][6:]}"' in (await client.get(url)).text
            assert (await client.post(f"{url}/play", data={"act": "pay"})).status_code == 303
    # Spread, so that the viewers of a server that went away do not come back in one moment.
    assert 3_000 <= int(lines[0].removeprefix("retry: ")) < 6_000
    assert lines[1:3] == ["", "event: version"]
    assert lines[-3:] == ["event: end", "data: ", ""]
    versions = [line for line in lines if line.startswith("data: ") and len(line) > 6]
    assert len(versions) == len(set(versions)) >= 2
