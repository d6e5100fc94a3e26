"""A message tells its event, whenever it is composed: each event carries what its announcement needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from scalev_hooks import change, parcel
from webhook_kit import Shop, contract_of
from webhook_orders import BAD, GOOD, charge, place_cekceir, place_durianpay, place_leuwongrr, place_scalev

from gerai.domain.records import Shipment
from gerai.doors.dialects.scalev.order_details import ParcelDetails
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.shipping.record import RecordShipment

#: The public id of an order, once for each thing that has just happened to it.
Life = AsyncIterator[str]


async def refund(shop: Shop, public_id: str, amount_sen: int) -> None:
    """Give back a part of the order's newest payment."""
    view = await shop.view(public_id)
    await shop.do(RefundPayment, view, payment_id=view.payments[-1].payment_id, amount_sen=amount_sen)


async def run_out(shop: Shop, public_id: str) -> None:
    """The order's time is over."""
    view = await shop.view(public_id)
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE orders SET expires_at = created_at WHERE merchant_id = %s AND order_id = %s",
            (view.order.merchant_id, view.order.order_id),
        )
    await shop.do(ExpireOrder, view)


async def leuwongrr_delivered_then_refunded(shop: Shop) -> Life:
    """Created, paid, completed, and given back in three parts."""
    yield (code := await place_leuwongrr(shop))
    await shop.do(RecordPayment, await shop.view(code), outcome="paid", method="va")
    yield code
    await shop.do(RecordFulfilment, await shop.view(code), outcome="done", succeeded=1)
    yield code
    for amount_sen in (500_000, 400_000, 600_000):
        await refund(shop, code, amount_sen)
        yield code


async def leuwongrr_failed(shop: Shop) -> Life:
    """Paid from the balance at once; what cannot be delivered is given back."""
    yield (code := await place_leuwongrr(shop, payment_method="balance"))
    await shop.do(RecordFulfilment, await shop.view(code), outcome="unknown")
    yield code
    await shop.do(RecordFulfilment, await shop.view(code), outcome="done", failed=1)
    yield code


async def leuwongrr_expired_and_back(shop: Shop) -> Life:
    """Ran out, paid late, given back whole."""
    yield (code := await place_leuwongrr(shop))
    await run_out(shop, code)
    yield code
    await shop.do(RecordPayment, await shop.view(code), outcome="paid", method="va")
    yield code
    await refund(shop, code, 1_500_000)
    yield code


async def leuwongrr_cancelled(shop: Shop) -> Life:
    """Never paid."""
    yield (code := await place_leuwongrr(shop))
    await shop.do(CancelOrder, await shop.view(code))
    yield code


async def durianpay_paid_late_and_refunded(shop: Shop) -> Life:
    """Payments that fail, end and run out with their order; late money, and its way back."""
    order = await place_durianpay(shop)
    yield order["id"]
    for outcome in ("failed", "expired"):
        await charge(shop, order)
        payment = (await shop.view(order["id"])).payments[-1]
        failure = {"code": "20013", "message": "provider error"} if outcome == "failed" else {}
        await shop.do(
            RecordPayment,
            await shop.view(order["id"]),
            payment_id=payment.payment_id,
            outcome=outcome,
            failure=failure,
        )
        yield order["id"]
    await charge(shop, order, "QRIS")
    yield order["id"]
    await run_out(shop, order["id"])
    yield order["id"]
    view = await shop.view(order["id"])
    await shop.do(RecordPayment, view, payment_id=view.payments[-1].payment_id, outcome="paid")
    yield order["id"]
    for amount_sen in (100, 1_000_000):
        await refund(shop, order["id"], amount_sen)
        yield order["id"]


async def durianpay_cancelled(shop: Shop) -> Life:
    """A payment that is cancelled by its order, and money that comes all the same."""
    order = await place_durianpay(shop)
    await charge(shop, order)
    yield order["id"]
    await shop.do(CancelOrder, await shop.view(order["id"]))
    yield order["id"]
    view = await shop.view(order["id"])
    await shop.do(RecordPayment, view, payment_id=view.payments[-1].payment_id, outcome="paid")
    yield order["id"]


async def scalev_sent(shop: Shop) -> Life:
    """A parcel: booked by somebody else, paid by another way than was agreed, sent, delivered, closed."""
    order = await place_scalev(shop, payment_method="va_bca", **await parcel(shop))
    yield order["id"]
    for act in ("fail", "pay"):
        page = f"/o/{order['secret_slug']}"
        await shop.client.post(f"{page}/method", data={"choice": "va:BCA"}, follow_redirects=True)
        yield order["id"]
        await report(shop, order["id"], receipt=f"JNE-{act}", aggregator=act, revise=partial(awb, act))
        yield order["id"]
        await shop.client.post(f"{page}/play", data={"act": act}, follow_redirects=True)
        yield order["id"]
    proof = {"payment_method": "bank_transfer", "transferproof_url": "https://toko.example/1.jpg"}
    await change(shop, order, payment_status="settled", by="Sari", **proof)
    yield order["id"]
    for word in ("picked", "delivered"):
        await report(shop, order["id"], words=word, status={"picked": "handed_over"}.get(word, word))
        yield order["id"]
    await change(shop, order, status="closed")
    yield order["id"]


async def report(shop: Shop, public_id: str, **fields: Any) -> None:
    """Something is said of the order's parcel."""
    await shop.do(RecordShipment, await shop.view(public_id), channel=shop.door, **fields)


def awb(state: str, shipment: Shipment) -> dict[str, Any]:
    """The details that the door keeps with a parcel, with the state of its aggregator's air waybill."""
    return ParcelDetails(aggregator_awb=state).as_details()


async def scalev_by_hand(shop: Shop) -> Life:
    """Probably spam; disputed, paid, taken back, paid again and cancelled."""
    order = await place_scalev(shop, is_probably_spam=True, **await parcel(shop))
    yield order["id"]
    for fields in (
        {"payment_status": "conflict", "transferproof_url": "https://toko.example/2.jpg"},
        {"payment_status": "paid", "status": "confirmed", "payment_method": "qris"},
        {"payment_status": "unpaid", "status": "pending"},
        {"payment_status": "paid", "status": "confirmed", "transferproof_url": "https://toko.example/3.jpg"},
        {"status": "canceled", "by": "Sari"},
    ):
        await change(shop, order, **fields)
        yield order["id"]


async def cekceir_waits(shop: Shop) -> Life:
    """Work that people do: it waits, and waits, as its caller was answered."""
    answer = await place_cekceir(shop, 201, GOOD, code="unlock_manual")
    public_id = str(answer.json()["order_id"])
    yield public_id
    for number, outcome in enumerate(("pending", "unknown", "pending")):
        fields = {"outcome": outcome, "reference": f"op-{number}", "answered": True, "error": "no answer"}
        await shop.do(RecordFulfilment, await shop.view(public_id), **fields)
        yield public_id


async def cekceir_done_in_part(shop: Shop) -> Life:
    """Answered finally, then looked at again when the wallet has moved on."""
    answer = await place_cekceir(shop, 207, GOOD, BAD)
    yield (public_id := str(answer.json()["order_id"]))
    await place_cekceir(shop, 200, GOOD)
    await place_cekceir(shop, 503, BAD)
    await place_cekceir(shop, 200, GOOD)
    yield public_id


LIVES: dict[str, list[Callable[[Shop], Life]]] = {
    "leuwongrr": [
        leuwongrr_delivered_then_refunded,
        leuwongrr_expired_and_back,
        leuwongrr_cancelled,
    ],
    "durianpay": [durianpay_paid_late_and_refunded, durianpay_cancelled],
    "scalev": [scalev_sent, scalev_by_hand],
    "cekceir": [cekceir_waits, cekceir_done_in_part],
}


def lives_of(shop: Shop) -> list[tuple[Shop, Callable[[Shop], Life]]]:
    """The lives of a door's orders, each with the shop that leads it: a balance is spent in production only."""
    found = [(shop, life) for life in LIVES[shop.door]]
    return [*found, (production_of(shop), leuwongrr_failed)] if shop.door == "leuwongrr" else found


def production_of(shop: Shop) -> Shop:
    """LeuwongRR's shop with its production token."""
    token = shop.demo["production_token"]
    headers = {"Authorization": f"Bearer {token}", "X-Discord-User-ID": shop.demo["discord_user_id"]}
    return replace(shop, token=token, headers=headers)


@pytest.mark.parametrize("door", LIVES)
async def test_late_is_the_same_as_at_once(door: str, shops: dict[str, Shop]) -> None:
    """Every message of every event, composed when everything else has happened, is to the byte what it was when its
    event had just happened; and the lives told here have every event that the contract announces."""
    seen = set[str]()
    for shop, life in lives_of(shops[door]):
        at_once = list[tuple[str, bytes]]()
        async for public_id in life(shop):
            now = [(m.of.name, m.signed.body) for m in await shop.messages(public_id)]
            assert now[: len(at_once)] == at_once, life.__name__
            at_once = now
            seen |= {message.name for message in await shop.messages(public_id)}
        assert at_once
    assert seen == set(contract_of(door).events)


async def test_an_event_of_the_version_before(scalev: Shop, leuwongrr: Shop) -> None:
    """Events that were stored before they carried how the order stood are announced with what they say themselves, and
    with the order as it stands now."""
    order = await place_scalev(scalev, payment_method="va_bca", **await parcel(scalev))
    await change(scalev, order, payment_status="paid", status="confirmed")
    code = await place_leuwongrr(leuwongrr)
    await leuwongrr.do(RecordPayment, await leuwongrr.view(code), outcome="paid", method="va")
    await refund(leuwongrr, code, 1_500_000)
    right = await leuwongrr.messages(code)
    for shop, public_id in ((scalev, order["id"]), (leuwongrr, code)):
        view = await shop.view(public_id)
        async with shop.engine.connection() as connection:
            await connection.execute(
                "UPDATE events SET facts = facts - '{after,refunded_sen}'::text[] "
                "WHERE merchant_id = %s AND order_id = %s",
                (view.order.merchant_id, view.order.order_id),
            )

    told = [m.sent["data"] for m in await scalev.messages(order["id"])]

    assert [(data.get("status"), data.get("payment_status")) for data in told] == [
        ("pending", "paid"),
        # The payment that came with the order.
        ("confirmed", "paid"),
        ("confirmed", None),
        (None, "paid"),
        (None, "paid"),
    ]
    assert [m.signed.body for m in await leuwongrr.messages(code)] == [m.signed.body for m in right]
