"""A payer who has transferred says so, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bank_kit import JPEG, PNG, bank_shop
from browser_kit import reader
from gerai.engine.core import Engine
from gerai.engine.payments.record import RecordPayment

RECEIVED = "Bukti transfer Anda sudah diterima"
WAITS = "Bukti sudah diterima, menunggu diperiksa"


@pytest.mark.browser
async def test_the_transfer_is_shown_without_javascript(
    base_url: str, browser: Browser, engine: Engine, tmp_path: Path
) -> None:
    """Choose the account, send the wrong file, send the right one, send another: the page says each time how it stands,
    and shows where to pay as long as it is not paid."""
    shop = await bank_shop(engine)
    view = await shop.placed(chosen=False)
    wrong, first, second = tmp_path / "wrong.png", tmp_path / "bukti transfer.png", tmp_path / "bukti.jpg"
    for file, content in ((wrong, b"<html>"), (first, PNG), (second, JPEG + b"\x00" * 1_000_000)):
        file.write_bytes(content)
    me = await reader(browser, java_script_enabled=False)
    page = me.page
    await page.goto(f"{base_url}/i/{view.order.secret}")
    await page.get_by_role("button", name="Transfer bank").click()
    for file, heading in ((wrong, "Selesaikan pembayaran Anda"), (first, RECEIVED)):
        await page.get_by_label("Bukti transfer").set_input_files(file)
        await page.get_by_role("button", name="Saya sudah transfer").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert await page.get_by_text("bukan gambar JPEG").is_visible() is (file is wrong)
    await page.get_by_text("Kirim bukti lain").click()
    await page.get_by_label("Bukti transfer").set_input_files(second)
    await page.get_by_role("button", name="Saya sudah transfer").click()
    await expect(page.get_by_text(f"{WAITS} (2 dari 3).")).to_be_visible()
    await expect(page.locator("#pay-code")).to_be_visible()
    assert [(kind, size) for _, kind, size, _ in await shop.stored()] == [
        ("image/png", len(PNG)), ("image/jpeg", len(JPEG) + 1_000_000),
    ]  # fmt: skip
    await me.context.close()


@pytest.mark.browser
async def test_another_tab_follows(base_url: str, browser: Browser, engine: Engine) -> None:
    """A page that is open elsewhere shows by itself that a proof came, and then that the order is paid."""
    shop = await bank_shop(engine)
    view = await shop.placed()
    [payment] = view.payments
    me = await reader(browser)
    await me.page.goto(f"{base_url}/i/{view.order.secret}")
    await expect(me.page.locator(".live-on")).to_be_visible()
    await shop.prove(payment)
    await expect(me.page.get_by_role("heading", level=1)).to_have_text(RECEIVED)
    await shop.engine.submit(
        RecordPayment(**shop.names, order_id=payment.order_id, payment_id=payment.payment_id, outcome="paid")
    )
    await expect(me.page.get_by_role("heading", level=1)).to_have_text("Terima kasih! Pembayaran diterima")
    assert await me.page.locator("input[type=file]").count() == 0
    assert me.complaints == []
    await me.context.close()
