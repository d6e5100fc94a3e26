"""A deposit's page in a real browser: it is followed, paid, and read at every width."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from browser_kit import reader
from gerai.domain.money import rupiah
from gerai.domain.records import Deposit
from gerai.engine.core import Engine
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.kit import ids
from gerai.kit.clock import real_now

WAYS: dict[str, dict[str, Any]] = {
    "va": {
        "channel_code": "BCA",
        "instructions": {"kind": "code", "code": "3901705487754335", "steps": {"id": ["Buka aplikasi bank Anda."]}},
    },
    "qris": {"channel_code": "QRIS", "instructions": {"kind": "qr", "qr_text": "00020101021226" + "7" * 180}},
    "ewallet": {"channel_code": "DANA", "instructions": {"kind": "redirect"}},
}


async def start(engine: Engine, method: str = "va", amount_sen: int = rupiah(50_000)) -> Deposit:
    """A sandbox deposit into the wallet of a fresh shop's member."""
    merchant_id = await open_merchant(engine, f"pages{engine.ids.next()}", "Toko Sinar Pagi", {}, simulated=True)
    _, wallets = await add_member(engine, merchant_id, "leuwongrr", "m1", "Rina", environment="production")
    deposit_id = engine.ids.next()
    command = StartDeposit(
        merchant_id=merchant_id, environment="sandbox", channel="leuwongrr", deposit_id=deposit_id,
        public_id=f"D-{deposit_id}", secret=ids.token(), account_id=wallets["sandbox"], amount_sen=amount_sen,
        fee_sen=rupiah(4_000), method=method, expires_at=real_now() + timedelta(hours=1), **WAYS[method],
    )  # fmt: skip
    return (await engine.submit(command)).answer


def address(base_url: str, deposit: Deposit) -> str:
    return f"{base_url}/user/invoice/{deposit.public_id}?t={deposit.secret}"


@pytest.mark.browser
async def test_the_open_page_turns_to_paid(base_url: str, browser: Browser, engine: Engine) -> None:
    """The number is copied, the time counts down, and a payment made elsewhere shows without a reload."""
    deposit = await start(engine)
    me = await reader(browser, permissions=["clipboard-read", "clipboard-write"])
    page = me.page
    await page.goto(address(base_url, deposit))
    await page.evaluate("window.sameDocument = true")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Selesaikan isi saldo Anda")
    await expect(page.locator(".live-on")).to_be_visible()
    for button, copied in (("Salin nomor pembayaran", "3901705487754335"), ("Salin jumlah", "54000")):
        await page.get_by_role("button", name=button).click()
        assert await page.evaluate("navigator.clipboard.readText()") == copied
    before = await page.locator("time[data-seconds]").inner_text()
    await expect(page.locator("time[data-seconds]")).not_to_have_text(before)
    await engine.submit(
        RecordDeposit(
            merchant_id=deposit.merchant_id, environment="sandbox", deposit_id=deposit.deposit_id, outcome="paid"
        )
    )
    await expect(page.get_by_role("heading", level=1)).to_have_text("Saldo Anda sudah bertambah")
    await expect(page.locator("#announcement")).to_have_text("Saldo Anda sudah bertambah")
    await expect(page.locator("#live")).to_have_count(0)
    assert await page.evaluate("window.sameDocument") is True
    assert me.complaints == []
    assert me.hosts == {httpx.URL(base_url).netloc.decode()}
    await me.context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("method", "way"), [("qris", "svg.qr"), ("ewallet", "text=Lanjut ke DANA")])
async def test_the_payer_is_played_without_javascript(
    base_url: str, browser: Browser, engine: Engine, method: str, way: str
) -> None:
    """Forms and links alone pay; a wallet is confirmed on a page of its own."""
    me = await reader(browser, java_script_enabled=False)
    page = me.page
    await page.goto(address(base_url, await start(engine, method)))
    await expect(page.locator(way)).to_be_visible()
    await expect(page.get_by_text("tidak berubah sendiri tanpa JavaScript")).to_be_visible()
    if method == "ewallet":
        await page.locator(way).click()
        await page.get_by_role("button", name="Konfirmasi dan bayar").click()
    else:
        await page.get_by_role("button", name="Bayar sekarang").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Saldo Anda sudah bertambah")
    await me.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_twelve_digits_fit_at_every_width(base_url: str, browser: Browser, engine: Engine, width: int) -> None:
    """No sideways scrolling, nothing beyond the edge, and what is to press is at least 44 pixels high."""
    me = await reader(browser, viewport={"width": width, "height": 844})
    page = me.page
    await page.goto(address(base_url, await start(engine, "va", rupiah(123_456_789_012))))
    await expect(page.get_by_text("Rp123.456.793.012").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    wrong = await page.evaluate(
        """[...document.querySelectorAll("main *")].filter((e) => !e.closest(".hidden-text") && e.checkVisibility()
           && (e.getBoundingClientRect().right > innerWidth
               || (e.matches("button, a") && e.getBoundingClientRect().height < 44))).map((e) => e.outerHTML)"""
    )
    assert wrong == []
    await me.context.close()
