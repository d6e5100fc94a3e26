"""What pages say after somebody did something on them: each comes there with a browser that is signed in."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Page, expect

from full_shop_kit import LONG_NUMBER


async def wrong_password(page: Page, _: str) -> None:
    """The way in, after a guess."""
    await page.context.clear_cookies()
    await page.goto(f"{page.url.partition('/console')[0]}/console/sign-in")
    await page.locator("[name=login]").fill("ani")
    await page.locator("[name=password]").fill("salah")
    await page.locator("button.primary").click()
    await expect(page.get_by_role("alert")).to_be_visible()


async def nothing_filled_in(page: Page, here: str) -> None:
    """A form that lacks what it must have."""
    await page.goto(f"{here}/do/warehouses.add")
    await page.locator("main form").evaluate("form => { form.noValidate = true }")
    await page.locator("main .btn.primary").click()
    await expect(page.locator(".fault").first).to_be_visible()


async def a_secret(page: Page, here: str) -> None:
    """What is shown once."""
    await page.goto(f"{here}/do/keys.create")
    await page.locator("main [name=door]").select_option("scalev")
    await page.locator("main [name=name]").fill("toko")
    await page.locator("main .btn.primary").click()
    await expect(page.locator(".secret")).to_be_visible()


async def a_faulty_file(page: Page, here: str) -> None:
    """What is wrong with the rows of a file."""
    await page.goto(f"{here}/stock/import")
    file = {"name": "stok.csv", "mimeType": "text/csv", "buffer": b"sku,warehouse,on_hand\nX-1,Gudang,banyak\n"}
    await page.locator("[name=file]").set_input_files(file)
    await page.locator("main button.primary").click()
    await expect(page.locator(".facts, .problem").first).to_be_visible()


async def done_with(page: Page, here: str) -> None:
    """The list after an act."""
    await page.goto(f"{here}/warehouses?done=warehouses.add&again=1")
    await expect(page.get_by_role("status")).to_be_visible()


async def unfolded(page: Page, here: str) -> None:
    """An order with all that is folded, and the dialog of the keys over it."""
    await page.goto(f"{here}/orders?text={LONG_NUMBER}")
    await page.locator(".num a").click()
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


async def keys_shown(page: Page, here: str) -> None:
    """The dialog that names the keys."""
    await page.goto(f"{here}/orders")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()


STATES: Final = (
    nothing_filled_in, a_secret, a_faulty_file, done_with, unfolded, keys_shown, wrong_password,
)  # fmt: skip
