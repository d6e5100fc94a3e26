"""The first start of a server without any shop, in a real browser: from the one-time password to a paid test order."""

from __future__ import annotations

import re
from time import monotonic
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from app_kit import settings_of
from axe_kit import NARROWEST, findings, misfits
from browser_kit import SCHEMES, Reader, reader
from desk_kit import DISTRICT
from gerai.app import App
from gerai.domain.states import ORDER
from gerai.engine.check import check
from gerai.engine.merchants.articles import ArticleDraft, write_article
from gerai.engine.merchants.open import ENVIRONMENTS
from gerai.engine.people.join import first_person
from gerai.kit.secret_box import new_key
from gerai.settings import Settings, WebhookSettings

PASSWORD = "toko melati wangi 9"
PDF = {"name": "resep.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n% resep\n"}
#: By kind: the way that is pressed, what is typed by its label, the counter, and what becomes of the paid order.
KINDS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "goods": (
        "Barang yang dikirim",
        {"Namanya": "Kaos Melati", "Harganya": "85000", "Alamat pengirim": "Jl. Melati 7", "Kode pos": "60241"},
        "scalev", "confirmed",
    ),
    "file": ("File digital", {"Namanya": "E-book Resep", "Harganya": "50000", "Berkasnya": PDF}, "scalev", "completed"),
    "codes": ("Kode lisensi", {"Namanya": "Voucer", "Harganya": "20000", "Kodenya": "A-1\nA-2"}, "scalev", "confirmed"),
    "hand": ("Produk digital yang saya", {"Namanya": "Desain Logo", "Harganya": "75000"}, "scalev", "confirmed"),
    "service": ("Jasa atau top-up", {"Namanya": "Cek IMEI", "Harganya": "2500"}, "cekceir", "processing"),
    "robux": ("Top-up Roblox", {"Harga 1 Robux": "150"}, "leuwongrr", "processing"),
}  # fmt: skip


async def sideways(page: Page) -> int:
    """How far a page is wider than its window."""
    return await page.evaluate("document.documentElement.scrollWidth - innerWidth")


async def press(page: Page, name: str) -> None:
    """The button of this name."""
    await page.get_by_role("button", name=name).first.click()


async def into_a_new_shop(app: App, page: Page, base_url: str, name: str) -> None:
    """Sign in (the first time with the one-time password, to choose one's own) and name the shop."""
    await page.goto(f"{base_url}/console")
    once = await first_person(app.engine, "admin")
    await page.get_by_label("Nama masuk").fill("admin")
    await page.get_by_label("Kata sandi").fill(once or PASSWORD)
    await press(page, "Masuk")
    if once is not None:
        await page.get_by_label("Kata sandi sekarang").fill(once)
        await page.get_by_label("Kata sandi baru").fill(PASSWORD)
        await press(page, "Simpan")
        await page.get_by_role("link", name="Beranda").click()
    else:
        await page.goto(f"{base_url}/console/start")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Buka toko Anda")
    await page.get_by_label("Nama toko").fill(name)
    assert await sideways(page) <= 0
    await press(page, "Lanjut")


async def into_a_bank_account(page: Page) -> None:
    """Money comes in there."""
    await expect(page.get_by_role("heading", level=1)).to_have_text("Uang masuk ke mana")
    await page.get_by_role("link", name="Rekening bank").click()
    await page.get_by_label("Bank", exact=True).fill("bca")
    await page.get_by_label("Nomor rekening Anda").fill("1234567890")
    await page.get_by_label("Atas nama").fill("Melati Putri")
    assert await sideways(page) <= 0
    await press(page, "Lanjut")
    await expect(page.get_by_role("status")).to_contain_text("Melati Putri")
    await press(page, "Ya, ini milik saya")


async def sell_it(app: App, page: Page, kind: str) -> None:
    """The way, and what is typed; where the server knows no district, it is described."""
    way, typed, _, _ = KINDS[kind]
    await expect(page.get_by_role("heading", level=1)).to_have_text("Jual apa dulu")
    assert await sideways(page) <= 0
    await page.get_by_role("link", name=way).click()
    for label, text in typed.items():
        field = page.get_by_label(label).first
        await (field.set_input_files(text) if isinstance(text, dict) else field.fill(text))
    if kind == "goods":
        await page.get_by_label("Dikirim dari kecamatan").fill(DISTRICT.district)
        if await page.get_by_label("Provinsi").count():
            await page.get_by_label("Kota atau kabupaten").fill(DISTRICT.city)
            await page.get_by_label("Provinsi").fill(DISTRICT.province)
            await page.get_by_label("Kode wilayah").fill("357805")
    assert await sideways(page) <= 0
    await press(page, "Lanjut")


async def try_it(me: Reader, page: Page, kind: str) -> None:
    """One button places an order, another pays it; its page as the buyer sees it opens beside."""
    await expect(page.get_by_role("heading", level=1)).to_have_text("Coba satu pesanan")
    assert await sideways(page) <= 0
    await press(page, "Buat pesanan uji coba")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pesanan uji coba")
    assert await sideways(page) <= 0
    if kind == "service":
        await page.get_by_role("link", name="Lihat pesanannya").click()
    else:
        async with me.context.expect_page() as opening:
            await page.get_by_role("link", name="Buka halaman pembeli").click()
        buyers = await opening.value
        await expect(buyers.locator("body")).to_contain_text("Rp")
        await buyers.close()
        await press(page, "Bayar dengan uang mainan")


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """Of a server that can seal codes."""
    return settings_of(dsn, webhooks=WebhookSettings(seal_key=new_key()))


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("kind", KINDS)
async def test_from_the_one_time_password_to_a_paid_order(
    app: App, base_url: str, browser: Browser, kind: str, width: int
) -> None:
    """Nobody reads anything but the pages: sign in with the one-time password, choose one's own, name the shop, a bank
    account, what is sold, press for an order and pay it with play money: it stands at the desk. Whatever is sold,
    within three minutes; nothing scrolls sideways or is refused by the page's policy."""
    began = monotonic()
    me = await reader(browser, viewport={"width": width, "height": 844})
    page, name = me.page, f"Toko {kind} {width}"
    await into_a_new_shop(app, page, base_url, name)
    await into_a_bank_account(page)
    await sell_it(app, page, kind)
    await try_it(me, page, kind)
    await expect(page).to_have_url(re.compile(r"/sandbox/orders/[0-9]+$"))
    assert await sideways(page) <= 0
    assert monotonic() - began < 180

    shop = next(one for one in app.engine.directory.merchants() if one.name == name)
    assert [account.channel for account in shop.receiving] == ["BCA"]
    [view] = await app.engine.orders.of_merchant(shop.merchant_id, [*ENVIRONMENTS], sorted(ORDER.states), 5)
    order = view.order
    assert (order.environment, order.channel, order.status) == ("sandbox", *KINDS[kind][2:])
    assert await check(app.engine, shop.merchant_id) == []
    assert (me.complaints, me.hosts) == ([], {base_url.partition("//")[2]})
    await me.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", SCHEMES)
async def test_everybody_can_use_its_pages(app: App, base_url: str, browser: Browser, scheme: str) -> None:
    """By day and by night axe finds nothing on any page of the first steps, nor on an article before it is published;
    nothing is cut on a phone, and what is pressed is as high as a thumb."""
    me = await reader(browser)
    page, name = me.page, f"Toko {scheme}"
    await into_a_new_shop(app, page, base_url, name)
    await into_a_bank_account(page)
    await sell_it(app, page, "hand")
    shop = next(one for one in app.engine.directory.merchants() if one.name == name)
    desk = f"{base_url}/console/{shop.code}/production"
    draft = ArticleDraft(title="Cara pesan", content="# Isi\n\n- satu\n- dua", format="text")
    article = await write_article(app.engine, shop.merchant_id, draft)
    await press(page, "Buat pesanan uji coba")
    tried = page.url
    paths = [
        "",
        "/start/sell",
        "/start/sell?sell=goods",
        "/start/sell?sell=file",
        "/start/sell?sell=codes",
        "/start/order",
    ]
    for path in [*paths, "/start/key", f"/articles/{article.article_id}/preview", tried]:
        await page.goto(path if path == tried else f"{desk}{path}")
        for fold in await page.locator("summary").all():
            await fold.click()
        found = [*await misfits(page, 390), *await misfits(page, NARROWEST), *await findings(page, scheme)]
        assert found == [], path
    await me.context.close()
