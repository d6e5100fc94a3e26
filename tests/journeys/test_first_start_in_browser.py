"""The first start of a server without any shop, in a real browser: from the one-time password to a sold order."""

from __future__ import annotations

import itertools
import json
import shlex
from time import monotonic
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from browser_kit import reader
from gerai.app import App
from gerai.engine.check import check
from gerai.engine.people.join import first_person

PASSWORD = "toko melati wangi 9"


async def sideways(page: Page) -> int:
    """How far a page is wider than its window."""
    return await page.evaluate("document.documentElement.scrollWidth - innerWidth")


async def sent(curl: str, base_url: str) -> httpx.Response:
    """What the command on the page sends, as its shell would."""
    words = shlex.split(curl)
    headers = dict(text.split(": ", 1) for flag, text in itertools.pairwise(words) if flag == "-H")
    body: Any = json.loads(words[words.index("-d") + 1])
    async with httpx.AsyncClient(base_url=base_url) as client:
        return await client.post(httpx.URL(words[1]).path, headers=headers, json=body)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 320])
async def test_from_the_one_time_password_to_a_sold_order(
    app: App, base_url: str, browser: Browser, width: int
) -> None:
    """Nobody reads anything but the pages: sign in with the one-time password, choose one's own, name the shop, a bank
    account, a product, take a key, send the order that the page shows, and confirm its money. Within three minutes;
    nothing scrolls sideways or is refused by the page's policy. A second shop is opened in the same way."""
    began = monotonic()
    me = await reader(browser, viewport={"width": width, "height": 844})
    page = me.page
    press = lambda name: page.get_by_role("button", name=name).click()  # noqa: E731
    await page.goto(f"{base_url}/console")
    if (once := await first_person(app.engine, "admin")) is not None:
        await page.get_by_label("Nama masuk").fill("admin")
        await page.get_by_label("Kata sandi").fill(once)
        await press("Masuk")
        await page.get_by_label("Kata sandi sekarang").fill(once)
        await page.get_by_label("Kata sandi baru").fill(PASSWORD)
        await press("Simpan")
        await page.get_by_role("link", name="Beranda").click()
    else:
        await page.get_by_label("Nama masuk").fill("admin")
        await page.get_by_label("Kata sandi").fill(PASSWORD)
        await press("Masuk")
        await page.goto(f"{base_url}/console/start")
    name = f"Toko Melati {width}"
    await expect(page.get_by_role("heading", level=1)).to_have_text("Buka toko Anda")
    await page.get_by_label("Nama toko").fill(name)
    assert await sideways(page) <= 0
    await press("Lanjut")

    await expect(page.get_by_role("heading", level=1)).to_have_text("Uang masuk ke mana")
    assert await sideways(page) <= 0
    await page.get_by_role("link", name="Rekening bank").click()
    await page.get_by_label("Bank", exact=True).fill("bca")
    await page.get_by_label("Nomor rekening Anda").fill("1234567890")
    await page.get_by_label("Atas nama").fill("Melati Putri")
    await press("Lanjut")
    await expect(page.get_by_role("status")).to_contain_text("Melati Putri")
    await press("Ya, ini milik saya")

    await expect(page.get_by_role("heading", level=1)).to_have_text("Jual apa dulu")
    await page.get_by_role("link", name="Produk digital").click()
    await page.get_by_label("Namanya").fill("E-book Resep")
    await page.get_by_label("Harganya").fill("50000")
    assert await sideways(page) <= 0
    await press("Lanjut")

    await expect(page.get_by_role("heading", level=1)).to_have_text("Buat kunci API untuk program Anda")
    assert await page.get_by_label("Scalev").is_checked()
    assert await sideways(page) <= 0
    await press("Buat kunci")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Coba satu pesanan")
    assert await sideways(page) <= 0
    answer = await sent(await page.locator("pre").first.inner_text(), base_url)
    assert answer.status_code == 200, answer.text
    await page.get_by_role("link", name="Lihat pesanan").click()
    await page.locator("tbody a, .latest a").first.click()
    await page.get_by_role("link", name="Konfirmasi uang masuk").first.click()
    await page.get_by_label("Alasan").fill("sudah masuk")
    await press("Konfirmasi uang masuk")
    await expect(page.locator("main")).to_contain_text("Selesai")
    assert monotonic() - began < 180

    code = f"toko-melati-{width}"
    shop = next(one for one in app.engine.directory.merchants() if one.code == code)
    assert (shop.name, [account.channel for account in shop.receiving]) == (name, ["BCA"])
    assert await check(app.engine, shop.merchant_id) == []
    assert (me.complaints, me.hosts) == ([], {base_url.partition("//")[2]})
    await me.context.close()
