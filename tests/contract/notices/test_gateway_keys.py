"""The same charge again under its idempotency key, when a gateway takes the payment: nothing is answered as started
that was not, and what was refused uses no key up."""

from __future__ import annotations

import asyncio

import pytest
from durianpay_counter_kit import Counter, counter
from gateway_doors_kit import TOY, Doors, served, shop

from gerai.engine.payments.cancel import CancelPayment
from gerai.kit.http import Unreachable
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown

__all__ = ["counter", "served", "shop"]


@pytest.mark.parametrize(
    ("fails", "status", "code"),
    [
        (GatewayRefused("402", "not enabled"), 400, "DPAY_INVALID_REQUEST"),
        (Unreachable("ConnectError"), 503, "DPAY_SERVICE_UNAVAILABLE"),
    ],
)
async def test_a_refused_charge_uses_no_key_up(counter: Counter, fails: Exception, status: int, code: str) -> None:
    """Refused again it is the same refusal; once the gateway takes it, the key stands for that one payment, of many
    requests at once too, and shows its number."""
    order_id = await counter.orders()
    for _ in range(2):
        TOY.fails, TOY.made = fails, False
        answer = await counter.charges(order_id, "k")
        assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    TOY.made = True
    answers = await asyncio.gather(*(counter.charges(order_id, "k") for _ in range(5)))
    assert {one.status_code for one in answers} <= {200, 503}
    *failed, payment = await counter.payments(order_id)
    assert [one.status for one in (*failed, payment)] == ["failed", "failed", "processing"]
    again = await counter.charges(order_id, "k")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    shown = TOY.payments[payment.public_id].instructions
    assert shown is not None
    assert again.json()["data"]["response"]["account_number"] == shown.code
    assert [of for what, of in TOY.asked if what == "start"].count(payment.public_id) == 1


async def test_a_corrected_charge(counter: Counter) -> None:
    """Another bank under the key of a charge that was refused is taken; after one that was taken it is another request,
    422 as ever."""
    order_id = await counter.orders()
    TOY.fails, TOY.made = GatewayRefused("402", "not enabled"), False
    assert (await counter.charges(order_id, "k")).status_code == 400
    TOY.made = True
    corrected = await counter.charges(order_id, "k", bank_code="BNI")
    assert (corrected.status_code, "idempotency-replayed" in corrected.headers) == (200, False)
    other = await counter.charges(order_id, "k")
    assert (other.status_code, other.json()["error_code"]) == (422, "DPAY_IDEMPOTENCY_KEY_REUSED")
    assert [(p.channel_code, p.status) for p in await counter.payments(order_id)] == [
        ("BCA", "failed"), ("BNI", "processing"),
    ]  # fmt: skip


async def test_while_nobody_knows(shop: Doors, counter: Counter) -> None:
    """503 again and again, and nothing else is started; once a look finds that it was never made, the key starts
    anew."""
    order_id = await counter.orders()
    TOY.fails, TOY.made, TOY.hidden = OutcomeUnknown("TimeoutError"), False, True
    for _ in range(3):
        unknown = await counter.charges(order_id, "k")
        assert (unknown.status_code, unknown.json()["error_code"]) == (503, "DPAY_SERVICE_UNAVAILABLE")
        assert int(unknown.headers["retry-after"]) > 0
    [payment] = await counter.payments(order_id)
    TOY.made, TOY.hidden = True, False
    for _ in range(2):
        await shop.look(payment)
    assert [p.status for p in await counter.payments(order_id)] == ["failed"]
    assert (await counter.charges(order_id, "k")).json()["data"]["response"]["account_number"]
    assert [p.status for p in await counter.payments(order_id)] == ["failed", "processing"]


async def test_given_up_while_nobody_knew(shop: Doors, counter: Counter) -> None:
    """Cancelled before its number was known it is over: no empty number, and nothing new under its key, for money may
    still come for it."""
    order_id = await counter.orders()
    TOY.fails, TOY.made, TOY.hidden = OutcomeUnknown("TimeoutError"), True, True
    await counter.charges(order_id, "k")
    [payment] = await counter.payments(order_id)
    names = {"merchant_id": shop.merchant_id, "environment": "production", "order_id": payment.order_id}
    await shop.engine.submit(CancelPayment(**names, payment_id=payment.payment_id))
    TOY.hidden = False
    answer = await counter.charges(order_id, "k")
    assert (answer.status_code, answer.json()["error"]) == (400, "payment is cancelled")
    assert len(await counter.payments(order_id)) == 1
