"""Money that takes another way than once and in time, as the page tells it, on the real engine."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
from pay_orders import NOW, page_context, payment, view
from pay_shop import again, place

from gerai.domain.records import OrderView
from gerai.doors.pay.present import present
from gerai.doors.pay.words import LANGUAGES, Words
from gerai.engine.core import Engine
from gerai.engine.payments.record import RecordPayment
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
