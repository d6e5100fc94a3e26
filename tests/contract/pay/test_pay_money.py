"""Money that takes another way than once and in time, as the page tells it, on the real engine."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest
from pay_orders import NOW, SECRET, event, page_context, payment, view
from pay_shop import again, place

from gerai.domain.money import rupiah
from gerai.domain.records import OrderView
from gerai.doors.http.language import LANGUAGES
from gerai.doors.pay import draw
from gerai.doors.pay.address import Address
from gerai.doors.pay.model import PayPage
from gerai.doors.pay.present import present
from gerai.doors.pay.words import Words
from gerai.engine.core import Engine
from gerai.engine.fulfilment.finish import FinishOrder
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.find import EventEntry
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.start import StartPayment


async def start(engine: Engine, order: OrderView, code: str) -> int:
    """A payment opened by a door, which may open several."""
    payment_id = engine.ids.next()
    await engine.submit(
        StartPayment(
            merchant_id=order.order.merchant_id, environment="sandbox", order_id=order.order.order_id,
            payment_id=payment_id, public_id=f"pay-{payment_id}", method="va", channel_code="BCA",
            amount_sen=order.order.total_sen, instructions={"kind": "code", "code": code},
        )
    )  # fmt: skip
    return payment_id


async def paid(engine: Engine, order: OrderView, payment_id: int) -> None:
    """The money of a payment arrives."""
    await engine.submit(
        RecordPayment(
            merchant_id=order.order.merchant_id, environment="sandbox", order_id=order.order.order_id,
            payment_id=payment_id, outcome="paid",
        )
    )  # fmt: skip


async def test_two_posts_at_once_leave_one_payment_to_make(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """A double tap opens one payment, and the page shows its number."""
    order = await place(engine, merchant.merchant_id)
    address = f"/i/{order.order.secret}"
    posts = [client.post(f"{address}/method", data={"choice": choice}) for choice in ("va:BCA", "va:BNI") * 3]
    assert {answer.status_code for answer in await asyncio.gather(*posts)} == {303}
    opened = [p for p in (await again(engine, order)).payments if p.status == "processing"]
    assert len(opened) == 1
    shown = re.search(r'data-copy="(\d{10,})"', (await client.get(address)).text)
    assert shown is not None
    assert shown[1] == opened[0].instructions["code"]


async def test_a_payment_that_another_one_made_needless_is_told_plainly(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """The sibling of the paid payment is closed because the order is paid; money that arrives on it all the same is
    told with its amount, and nobody is asked to pay."""
    order = await place(engine, merchant.merchant_id)
    first, second = await start(engine, order, "3901000000000001"), await start(engine, order, "3901000000000002")
    await paid(engine, order, first)
    text = (await client.get(f"/i/{order.order.secret}")).text
    assert "Cara bayar ditutup karena pesanan sudah dibayar" in text
    assert "Cara bayar dibatalkan" not in text
    assert "terbayar lebih dari sekali" not in text
    await paid(engine, order, second)
    text = (await client.get(f"/i/{order.order.secret}?lang=en")).text
    assert "This order was paid more than once. The extra Rp15.000 is recorded and safe" in text
    assert re.search(r"Payment arrived late</span><span class=\"detail\"><bdi>Rp15\.000<", text)
    assert "Amount due" not in text
    assert "3901000000000002" not in text


def test_figure_copy_and_payment_are_the_same_amount() -> None:
    """What is shown large, what is copied and what is asked for are equal; an old order with sen shows them."""
    for amount_sen, text, copied in ((6_000_000, "Rp60.000", "60000"), (6_000_015, "Rp60.000,15", "60000,15")):
        order = view(total_sen=amount_sen, payments=(payment(amount_sen=amount_sen),))
        for code in LANGUAGES:
            page = present(order, (), page_context(), NOW, Words(code))
            assert page.panel is not None
            assert (page.amount, page.panel.amount, page.panel.amount_plain) == (text, text, copied)
            assert page.sums[-1].value == text


def page_of(order: OrderView, *events: EventEntry, language: str = "id", **changes: Any) -> PayPage:
    """The page of ``order`` at NOW."""
    words = Words("en" if language == "en" else "id")
    return present(order, events, page_context(**changes), NOW, words)


def refunded(amount: int, status: str = "completed", **facts: Any) -> tuple[OrderView, EventEntry]:
    """A paid order of Rp174.000 of which ``amount`` rupiah went back, and the event of it."""
    changes = {"refunded_sen": rupiah(amount)}
    order = view("processing" if status == "completed" else "failed", "paid", (payment(status, **changes),))
    return order, event("payment.refunded", payment="pay_abc", amount_sen=rupiah(amount), **facts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_money_that_is_sent_by_hand_is_not_called_arrived(language: str) -> None:
    """A refund to the payer is only booked here: the page names who sends it and whom to ask, in part or whole, and
    claims nowhere that it has reached the buyer. What went into the wallet has."""
    claims = {"id": ("sudah dikembalikan", "Sudah dikembalikan", "Dana Anda dikembalikan"), "en": ("was returned",)}
    hand = {"id": "dikembalikan oleh Toko Sinar Pagi", "en": "Toko Sinar Pagi returns"}
    for amount, status in ((20_000, "completed"), (174_000, "refunded")):
        for facts in ({"to": "payer"}, {}):
            order, happened = refunded(amount, status, **facts)
            page = page_of(order, happened, language=language)
            text = draw.pay_page(page, Words("en" if language == "en" else "id"), Address(("i", SECRET)))
            assert hand[language] in " ".join(page.money)
            assert not any(claim in text for claim in claims[language]), amount
        order, happened = refunded(amount, status, to="wallet")
        page = page_of(order, happened, language=language)
        assert hand[language] not in " ".join(page.money)
        assert any(claim in " ".join(page.money) for claim in ("sudah dikembalikan", "was returned"))


def test_a_refund_of_a_part_adds_up() -> None:
    """What was paid, what was given back and what remains stand under each other; a page without refund shows one
    amount, and the whole refund leaves no remainder to read."""
    order, happened = refunded(20_000, to="payer")
    page = page_of(order, happened)
    assert (page.amount_label, page.amount) == ("Sudah dibayar", "Rp174.000")
    assert [(row.label, row.value) for row in page.remainder] == [("Dikembalikan", "−Rp20.000"), ("Sisa", "Rp154.000")]
    assert (page.sums[-1].label, page.sums[-1].value) == ("Dikembalikan", "−Rp20.000")
    assert page_of(view("processing", "paid", (payment("completed"),))).remainder == ()
    assert page_of(*refunded(174_000, "refunded", to="payer")).remainder == ()


@pytest.mark.parametrize("to", ["payer", "wallet"])
async def test_the_event_of_a_refund_says_where_the_money_went(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, to: Any
) -> None:
    """The engine's own refund, read on the page: the seller sends it, unless it went into the wallet at once."""
    member = await merchant.member()
    order = await place(engine, merchant.merchant_id, member_id=member.member_id, account_id=member.wallets["sandbox"])
    payment_id = await start(engine, order, "3901000000000001")
    await paid(engine, order, payment_id)
    command = RefundPayment(
        merchant_id=order.order.merchant_id, environment="sandbox", order_id=order.order.order_id,
        payment_id=payment_id, amount_sen=rupiah(5_000), to=to, by="operator:rina",
    )  # fmt: skip
    await engine.submit(command)
    text = (await client.get(f"/i/{order.order.secret}")).text
    assert ("Rp5.000 dikembalikan oleh" in text) == (to == "payer")
    assert "−Rp5.000" in text
    assert "Rp10.000" in text


def test_why_the_seller_ended_an_order_is_for_its_buyer() -> None:
    """What a person gave as the reason stands below the headline, as text and at most 300 letters; no program's word,
    no reason of an order that came back, none on a page whose address can be guessed."""
    order = view("cancelled", "cancelled")
    for name in ("cancelled", "failed", "partial"):
        nasty = event(f"order.{name}", status=name, by="operator:rina", reason="<b>habis</b>\u202e")
        page = page_of(order, event("order.placed", 3), nasty)
        text = draw.pay_page(page, Words("id"), Address(("i", SECRET)))
        assert page.reason == "<b>habis</b>"
        assert "Alasan dari penjual: <bdi>&lt;b&gt;habis&lt;/b&gt;</bdi>" in text
        assert page_of(order, nasty, private=True).reason == ""
        again = event("order.pending", status="pending")
        assert page_of(order, nasty, again).reason == ""
    long = event("order.failed", status="failed", by="operator:rina", reason="x" * 5_000)
    assert page_of(order, long).reason == "x" * 299 + "…"
    for facts in ({"reason": "ECONNRESET"}, {"by": "operator:rina"}, {"by": "operator:rina", "reason": "refunded"}):
        assert page_of(order, event("order.failed", status="failed", **facts)).reason == ""


async def test_the_reason_of_a_cancelled_order_reaches_its_page(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """Through the engine, as the terminal sends it."""
    order = await place(engine, merchant.merchant_id)
    await engine.submit(
        CancelOrder(
            merchant_id=order.order.merchant_id, environment="sandbox", order_id=order.order.order_id,
            reason="Stok habis & tidak datang lagi", by="operator:rina",
        )
    )  # fmt: skip
    text = (await client.get(f"/i/{order.order.secret}")).text
    assert "Alasan dari penjual: <bdi>Stok habis &amp; tidak datang lagi</bdi>" in text


@pytest.mark.parametrize("provider", ["", "manual"])
async def test_the_reason_of_a_failed_order_reaches_its_page(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, provider: str
) -> None:
    """Whether the order is done as a whole or has work that people do."""
    work = {"provider": provider, "work": {}} if provider else {}
    order = await place(engine, merchant.merchant_id, after_payment="start", **work)
    await paid(engine, order, await start(engine, order, "3901000000000001"))
    assert (await again(engine, order)).order.status == "processing"
    await engine.submit(
        FinishOrder(
            merchant_id=order.order.merchant_id, environment="sandbox", order_id=order.order.order_id,
            failed=1, reason="Stok habis", by="operator:rina",
        )
    )  # fmt: skip
    text = (await client.get(f"/i/{order.order.secret}")).text
    assert "Alasan dari penjual: <bdi>Stok habis</bdi>" in text
