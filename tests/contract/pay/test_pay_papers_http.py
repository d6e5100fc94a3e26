"""The addresses of invoices and receipts: who gets one, in which state, and who does not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pay_deposits import address as deposit_address
from pay_deposits import start
from pay_papers import actions_in, text_of
from pay_shop import place
from structlog.testing import capture_logs
from test_pay_live import pages_with

from gerai.app import App
from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.doors.pay import resolve
from gerai.doors.pay.paper import download
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.kit import ids
from gerai.kit.clock import real_now
from gerai.settings import PageSettings


def named(view: OrderView) -> dict[str, Any]:
    """How commands name an order."""
    order = view.order
    return {"merchant_id": order.merchant_id, "environment": order.environment, "order_id": order.order_id}


async def pay(engine: Engine, view: OrderView) -> OrderView:
    """The order after a person saw money for it come."""
    seen = {"public_id": f"pay-{engine.ids.next()}", "method": "qris", "by": "sari", "reference": "BANK-7"}
    return (await engine.submit(RecordPayment(**named(view), outcome="paid", **seen))).answer


async def paper_at(client: httpx.AsyncClient, path: str, **how: Any) -> str:
    """The text of the PDF at an address."""
    answer = await client.get(path, **how)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert actions_in(answer.content) == []
    return text_of(answer.content)


def strict(headers: Mapping[str, str]) -> None:
    """What every answer of the pages carries."""
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-robots-tag"] == "noindex"


async def test_an_order_goes_from_invoice_to_receipt(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Unpaid, chosen, paid, refunded in part and whole: at the same address, linked on the page by its name, with exact
    figures; reading changes nothing."""
    view = await place(engine, merchant.merchant_id)
    path = f"/i/{view.order.secret}"
    text = await paper_at(client, f"{path}/document.pdf")
    assert "Tagihan Belum dibayar" in text
    assert "Gamepass 100 1 Rp15.000 Rp15.000" in text
    assert "Rina Wulandari" in text
    page = (await client.get(path)).text
    assert f'href="{path}/document.pdf?lang=id"' in page
    assert "Unduh tagihan (PDF)" in page
    await client.post(f"{path}/method", data={"choice": "va:BCA"})
    assert "Bayar dengan Virtual Account BCA Nomor pembayaran" in await paper_at(client, f"{path}/document.pdf")
    await client.post(f"{path}/play", data={"act": "pay"})
    text = await paper_at(client, f"{path}/document.pdf")
    assert "Bukti pembayaran Lunas" in text
    assert "Virtual Account BCA pay_" in text
    assert "Unduh bukti pembayaran (PDF)" in (await client.get(path)).text
    [payment] = (await engine.orders.as_now(view.order)).payments
    for amount, status, left in ((5_000, "Dikembalikan sebagian", "Sisa Rp10.000"), (10_000, "Dikembalikan", "")):
        await engine.submit(
            RefundPayment(**named(view), payment_id=payment.payment_id, amount_sen=rupiah(amount), by="sari")
        )
        text = await paper_at(client, f"{path}/document.pdf")
        assert f"Bukti pembayaran {status} Nomor pesanan" in text
        assert left in text
    assert "−Rp5.000" in text
    assert "−Rp10.000" in text
    assert await check(engine, merchant.merchant_id) == []


async def test_late_money_expired_and_cancelled(engine: Engine, client: httpx.AsyncClient) -> None:
    """What ended unpaid has no paper: its address leads to the page, whose state is said there. Money that came all the
    same is acknowledged."""
    shop_id = await open_merchant(engine, f"late{engine.ids.next()}", "Toko", {"late_payment": "hold"}, simulated=True)
    expired = await place(engine, shop_id, expires_at=real_now() - timedelta(seconds=1))
    cancelled = await place(engine, shop_id)
    await engine.submit(CancelOrder(**named(cancelled)))
    for view in (expired, cancelled):
        path = f"/i/{view.order.secret}"
        sent = await client.get(f"{path}/document.pdf")
        assert (sent.status_code, sent.headers["location"]) == (303, path)
        page = await client.get(path)
        assert (page.status_code, "document.pdf" in page.text) == (200, False)
    await pay(engine, cancelled)
    text = await paper_at(client, f"/i/{cancelled.order.secret}/document.pdf")
    assert "Bukti pembayaran Dibayar terlambat" in text
    assert "BANK-7 Rp15.000" in text
    assert "Rp15.000 dari Anda tiba setelah pesanan ini berakhir." in text
    assert await check(engine, shop_id) == []


async def test_every_address_of_an_order_has_it(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Below each address that the order's page has, with the same headers and a file to keep."""
    order = (await place(engine, merchant.merchant_id, number=f"INV/{engine.ids.next()}")).order
    name = order.number.replace("/", "-")
    for path, query in (
        (f"/i/{order.secret}", ""),
        (f"/o/{order.secret}", ""),
        (f"/o/{order.secret}/success", ""),
        (f"/user/invoice/{order.public_id}", f"?t={order.secret}"),
    ):
        answer = await client.get(f"{path}/document.pdf{query}")
        assert answer.status_code == 200, path
        strict(answer.headers)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == f'attachment; filename="tagihan-{name}.pdf"'
        assert answer.content.startswith(b"%PDF-")
        bare = await client.head(f"{path}/document.pdf{query}")
        assert (bare.status_code, bare.content) == (200, b"")
    page = await client.get(f"/user/invoice/{order.public_id}?t={order.secret}")
    assert f"/document.pdf?t={order.secret}&amp;lang=id" in page.text


async def test_nobody_else_gets_it(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """A wrong, missing, shortened or foreign secret, another shop's too, is the 404 page that the page's own address
    gives, byte for byte; and the secret reaches no log."""
    other_id = await open_merchant(engine, f"other{engine.ids.next()}", "Toko Lain", {}, simulated=True)
    one, two = (await place(engine, merchant.merchant_id)).order, (await place(engine, other_id)).order
    with capture_logs() as logs:
        for path, query in (
            (f"/i/{one.secret[:-1]}", ""),
            (f"/i/{one.number}", ""),
            (f"/user/invoice/{one.number}", ""),
            (f"/user/invoice/{one.number}", f"?t={two.secret}"),
            (f"/user/invoice/{two.public_id}", f"?t={one.secret}"),
            (f"/o/{'x' * 40}/success", ""),
        ):
            page, paper = await client.get(path + query), await client.get(f"{path}/document.pdf{query}")
            assert (page.status_code, paper.status_code) == (404, 404), path
            assert page.text == paper.text
            assert one.secret not in paper.text
        assert one.number in await paper_at(client, f"/i/{one.secret}/document.pdf")
    assert two.number not in await paper_at(client, f"/i/{one.secret}/document.pdf")
    assert one.secret not in str(logs)
    assert (await client.post(f"/i/{one.secret}/document.pdf")).status_code == 405


async def test_a_short_link_has_none(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """What is behind a code that can be guessed shows nothing of the buyer, so it has no paper, paid or not."""
    code = "".join(chr(ord("a") + b % 26) for b in ids.token().encode()[:6])
    view = await place(engine, merchant.merchant_id, channel="durianpay", number=code)
    for paid in (False, True):
        if paid:
            await pay(engine, view)
        page = await client.get(f"/payment/{code}")
        assert (page.status_code, "document.pdf" in page.text) == (200, False)
        refused = await client.get(f"/payment/{code}/document.pdf")
        assert (refused.status_code, refused.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "Rina" not in refused.text


async def test_a_deposit_has_none(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Money on its way into a wallet has a page and no paper."""
    deposit = await start(engine, merchant)
    assert (await client.get(deposit_address(deposit))).status_code == 200
    assert (await client.get(deposit_address(deposit, "/document.pdf"))).status_code == 404


async def test_the_language_is_the_pages(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """The link names the language of the page; without it the browser's counts, as on the page."""
    order = (await pay(engine, await place(engine, merchant.merchant_id))).order
    path = f"/i/{order.secret}"
    assert f"{path}/document.pdf?lang=en" in (await client.get(path, headers={"accept-language": "en"})).text
    for how, title, name in (
        ({"params": {"lang": "en"}}, "Receipt Paid", "receipt"),
        ({"headers": {"accept-language": "en-GB"}}, "Receipt Paid", "receipt"),
        (
            {"params": {"lang": "id"}, "headers": {"accept-language": "en"}},
            "Bukti pembayaran Lunas",
            "bukti-pembayaran",
        ),
    ):
        answer = await client.get(f"{path}/document.pdf", **how)
        assert title in text_of(answer.content)
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}-{order.number}.pdf"'


async def test_asked_for_at_once(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Eight downloads at the same moment are the same file, and the order is as it was."""
    view = await place(engine, merchant.merchant_id)
    answers = await asyncio.gather(*(client.get(f"/i/{view.order.secret}/document.pdf") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    # The minute that is printed may turn once in between.
    assert len({answer.content for answer in answers}) <= 2
    assert (await engine.orders.as_now(view.order)).order == view.order


async def test_a_flood_is_refused_and_orders_go_on(app: App, engine: Engine, merchant: Any) -> None:
    """One order's downloads are counted by the minute, and few wait in a process: the others are told when to come
    again, by a page. Orders are placed meanwhile."""
    views = [await place(engine, merchant.merchant_id) for _ in range(6)]
    async with pages_with(app, PageSettings(documents_per_minute=2, documents_waiting=2)) as client:
        sent = [client.get(f"/i/{view.order.secret}/document.pdf") for view in views]
        placing = [place(engine, merchant.merchant_id) for _ in range(20)]
        answers, placed = await asyncio.gather(asyncio.gather(*sent), asyncio.gather(*placing))
        assert len(placed) == 20
        refused = [answer for answer in answers if answer.status_code == 503]
        assert [answer.status_code for answer in answers].count(200) >= 2
        assert len(refused) >= 1
        for answer in refused:
            assert (answer.headers["retry-after"], "Server sedang sibuk" in answer.text) == ("2", True)
        path = f"/i/{placed[0].order.secret}"
        statuses = [(await client.get(f"{path}/document.pdf")).status_code for _ in range(6)]
        # The minute may turn once in between, which forgives what came before.
        assert statuses[:2] == [200, 200]
        assert 429 in statuses
        assert (await client.get(path)).status_code == 200


async def test_without_the_program_nothing_is_offered(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server without the extra shows no link, and the address opens nothing."""
    order = (await place(engine, merchant.merchant_id)).order
    for module in (resolve, download):
        monkeypatch.setattr(module, "can_set", lambda: False)
    page = await client.get(f"/i/{order.secret}")
    assert (page.status_code, "document.pdf" in page.text) == (200, False)
    assert (await client.get(f"/i/{order.secret}/document.pdf")).status_code == 404


async def test_a_failure_is_a_page_without_details(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a paper cannot be set, the reader sees that it is our failure; the log has it, without the texts."""
    order = (await place(engine, merchant.merchant_id)).order
    monkeypatch.setattr(download, "source_of", lambda paper: b'{"title": "Rina Wulandari"}')
    with capture_logs() as logs:
        answer = await client.get(f"/i/{order.secret}/document.pdf")
    assert (answer.status_code, "Ada yang salah di pihak kami" in answer.text) == (500, True)
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["page.broken"]
    assert "Rina" not in str(logs)
    assert order.secret not in str(logs)
