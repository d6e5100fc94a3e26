"""Proofs of transfers at the desk: beside the amount that was asked, and as a file that can do nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio

from bank_kit import PDF, PNG
from console_kit import base, browser_of, enter, joined
from desk_kit import VIEWER, open_desk, seen
from desk_money_kit import Till, act, open_till
from gerai.app import App
from gerai.engine.desk.house import Within


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own, with its own cookies."""
    async with browser_of(app) as client:
        yield client


async def viewing(browser: httpx.AsyncClient, within: Within) -> str:
    """A viewer of the shop signs in; returns where its desk is."""
    await enter(browser, await joined(within, "viewer"))
    return base(within)


async def test_it_waits_until_the_money_is_there(till: Till) -> None:
    """Listed with what was asked; confirmed by its own number it pays its payment, and waits no more."""
    view, payment = await till.asked()
    kept = await till.shop.prove(payment)
    [row] = await seen(till.within, "proofs.list", VIEWER, waiting=True)
    assert (row.id, row.asked_sen, row.order, row.payment_id, row.file, row.size_bytes, row.can) == (
        kept.proof_id, payment.asked_sen, view.order.number, payment.payment_id, "image/png", len(PNG),
        ("payments.confirm",),
    )  # fmt: skip
    [waits] = await seen(till.within, "waiting.list")
    assert (waits.kind, waits.id, waits.amount_sen, waits.order_id) == (
        "proof", kept.proof_id, payment.asked_sen, view.order.order_id,
    )  # fmt: skip
    done = await act(till.within, "payments.confirm", id=kept.proof_id)
    assert (done.id, done.details["payment_status"]) == (str(payment.payment_id), "completed")
    assert await seen(till.within, "proofs.list", waiting=True) == await seen(till.within, "waiting.list") == []
    [shown] = await seen(till.within, "proofs.show", id=kept.proof_id)
    assert (shown.sha256, shown.payment_status, shown.can) == (kept.digest.hex(), "completed", ())


async def test_a_stranger_s_file_is_harmless(till: Till, browser: httpx.AsyncClient) -> None:
    """Its page shows the picture beside the amount; the file comes as what its bytes are, in a sandbox and for this
    browser alone; a document is downloaded."""
    _, payment = await till.asked()
    picture = await till.shop.prove(payment)
    document = await till.shop.prove(payment, PDF, kind="application/pdf")
    here = await viewing(browser, till.within)
    page = await browser.get(f"{here}/proofs/{picture.proof_id}")
    assert (page.status_code, f'src="{here}/proofs/{picture.proof_id}/file"' in page.text) == (200, True)
    assert f"Rp{payment.asked_sen // 100:,}".replace(",", ".") in page.text
    for one, kind, shown, content in (
        (picture, "image/png", 'inline; filename="bukti-{}.png"', PNG),
        (document, "application/pdf", 'attachment; filename="bukti-{}.pdf"', PDF),
    ):
        file = await browser.get(f"{here}/proofs/{one.proof_id}/file")
        assert (file.status_code, file.content) == (200, content)
        assert file.headers["content-type"] == kind
        assert file.headers["content-disposition"] == shown.format(one.proof_id)
        assert file.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in file.headers["content-security-policy"]
        assert "default-src 'none'" in file.headers["content-security-policy"]
        assert file.headers["cache-control"] == "no-store"
    for nothing in ("1", "0", "x", "9" * 30):
        assert (await browser.get(f"{here}/proofs/{nothing}/file")).status_code == 404


async def test_nobody_else_sees_it(till: Till, browser: httpx.AsyncClient) -> None:
    """Not another shop's people, not the sandbox, nobody who is not signed in."""
    _, payment = await till.asked()
    kept = await till.shop.prove(payment)
    address = f"/console/{till.within.merchant.code}/production/proofs/{kept.proof_id}/file"
    assert (await browser.get(address)).status_code == 303
    other = await open_desk(till.within.house)
    here = await viewing(browser, other)
    assert (await browser.get(address)).status_code == 404
    assert (await browser.get(f"{here}/proofs/{kept.proof_id}/file")).status_code == 404
    sandbox = Within(till.within.house, till.within.merchant_id, "sandbox")
    for elsewhere in (sandbox, other):
        assert await seen(elsewhere, "proofs.list") == await seen(elsewhere, "proofs.show", id=kept.proof_id) == []


@pytest.mark.parametrize("waiting", [True, False])
async def test_pages(till: Till, waiting: bool) -> None:
    """Newest first, page by page, whether all are asked for or those that wait."""
    made = [(await till.shop.prove((await till.asked())[1])).proof_id for _ in range(5)]
    found, after = list[int](), ""
    while page := await seen(till.within, "proofs.list", waiting=waiting, limit=2, after=after):
        found, after = [*found, *(row.id for row in page)], str(page[-1].id)
    assert found == made[::-1]
