"""Money that waits for a person is seen: late payments, and what was paid for orders that ended undelivered."""

from __future__ import annotations

from engine_kit import Shop, open_shop
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.place import Placed
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.shipping.record import RecordShipment


async def by_hand(shop: Shop, placed: Placed, *targets: str, by: str = "Sari") -> None:
    """Take an order through these states by hand."""
    for target in targets:
        command = ChangeStatus(
            **shop.owner, channel="test", order_ids=(placed.view.order.order_id,), target=target, by=by
        )
        await shop.engine.submit(command)


async def test_a_paid_order_that_is_cancelled_keeps_its_money_in_sight(shop: Shop) -> None:
    """Cancelling by hand moves no money; it says that a refund is due, and lists it until it is given back."""
    placed = await shop.place(after_payment="confirm")
    view = await shop.pay(placed)
    assert await shop.engine.payments.waiting(shop.merchant_id) == []
    await by_hand(shop, placed, "cancelled")
    [waits] = await shop.engine.payments.waiting(shop.merchant_id)
    assert (waits.why, waits.amount_sen, waits.payment, waits.order_number, waits.environment, waits.wallet) == (
        "cancelled", 5_000_00, view.payments[0].public_id, placed.view.order.number, "production", False,
    )  # fmt: skip
    assert (await shop.events(placed))[-1] == "refund.due"
    assert [t.reason for t in await shop.transfers(placed)] == ["payment"]
    payment_id = view.payments[0].payment_id
    await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=2_000_00)
    [waits] = await shop.engine.payments.waiting(shop.merchant_id)
    assert waits.amount_sen == 3_000_00
    done = await shop.do(RefundPayment, placed, payment_id=payment_id, amount_sen=3_000_00)
    assert (done.order.status, done.payments[0].status) == ("cancelled", "refunded")
    assert await shop.engine.payments.waiting(shop.merchant_id) == []
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_wallet_payment_of_a_cancelled_order_goes_back_to_the_wallet(shop: Shop) -> None:
    """What a wallet paid waits as well, and is returned into it."""
    placed = await shop.place("wallet", 60_000_00, after_payment="confirm")
    await by_hand(shop, placed, "cancelled")
    [waits] = await shop.engine.payments.waiting(shop.merchant_id)
    assert (waits.method, waits.wallet, waits.amount_sen) == ("wallet", True, 60_000_00)
    await shop.do(RefundPayment, placed, payment_id=waits.payment_id, amount_sen=60_000_00)
    assert (await shop.wallet()).available_sen == 100_000_00
    assert await check(shop.engine, shop.merchant_id) == []


async def test_goods_that_came_back_and_work_that_failed_wait_too(shop: Shop) -> None:
    """Returned and failed orders that were paid are listed, what waits longest first; a closed one was decided."""
    returned, failed, closed = [await shop.place(after_payment="confirm") for _ in range(3)]
    for placed in (returned, failed, closed):
        await shop.pay(placed)
    await by_hand(shop, returned, "shipped", "returned")
    await by_hand(shop, closed, "shipped", "returned", "closed")
    impossible = await shop.place(provider="simulator")
    await shop.pay(impossible)
    await shop.do(RecordFulfilment, impossible, outcome="done", failed=1, error="sold out")
    found = await shop.engine.payments.waiting(shop.merchant_id)
    assert [(w.order_id, w.why) for w in found] == [
        (returned.view.order.order_id, "returned"), (impossible.view.order.order_id, "failed"),
    ]  # fmt: skip
    assert len(await shop.engine.payments.waiting(shop.merchant_id, limit=1)) == 1
    assert (await shop.events(returned))[-1] == "refund.due"


async def test_a_parcel_that_came_back_says_the_same_by_hand_and_by_report(shop: Shop) -> None:
    """Whether a person or the courier says that the goods are back: one ``refund.due`` with the same facts, and the
    same line of the list. Nothing is due for an order that nobody paid, nor twice for one report."""
    parcel = Parcel("jne", "REG", "lincah", 77, 250, 20_000_00)
    by_hand_one, reported = [await shop.place(after_payment="confirm", parcel=parcel) for _ in range(2)]
    for placed in (by_hand_one, reported):
        await shop.pay(placed)
    await by_hand(shop, by_hand_one, "shipped", "returned", by="")
    for _ in range(2):
        await shop.do(RecordShipment, reported, channel="test", words="RTS", status="returned")
    facts = [await due(shop, placed) for placed in (by_hand_one, reported)]
    assert facts == [[{"reason": "returned", "by": ""}]] * 2
    assert [(w.order_id, w.why, w.amount_sen) for w in await shop.engine.payments.waiting(shop.merchant_id)] == [
        (placed.view.order.order_id, "returned", 5_000_00) for placed in (by_hand_one, reported)
    ]
    unpaid = await shop.place("free", status="confirmed", parcel=parcel)
    view = await shop.do(RecordShipment, unpaid, channel="test", words="RTS", status="returned")
    assert view.order.status == "returned"
    assert await due(shop, unpaid) == []
    assert await check(shop.engine, shop.merchant_id) == []


async def due(shop: Shop, placed: Placed) -> list[dict[str, object]]:
    """The facts of each ``refund.due`` of an order, without how the order stood then."""
    entries = await shop.engine.events.of_orders(shop.merchant_id, [placed.view.order.order_id])
    told = [entry.facts for entry in entries if entry.name == "refund.due"]
    return [{name: value for name, value in facts.items() if name != "after"} for facts in told]


async def test_an_order_that_was_never_paid_owes_nothing(shop: Shop) -> None:
    """Cancelled unpaid, or marked paid and taken back before: nothing waits and no refund is announced."""
    unpaid, taken_back = await shop.place(), await shop.place(after_payment="confirm")
    ids, words = (taken_back.view.order.order_id,), ("paid", "unpaid")
    for word in words:
        await shop.engine.submit(ChangeStatus(**shop.owner, channel="test", order_ids=ids, payment=word))
    for placed in (unpaid, taken_back):
        await by_hand(shop, placed, "cancelled")
        assert "refund.due" not in await shop.events(placed)
    assert await shop.engine.payments.waiting(shop.merchant_id) == []


async def test_another_merchants_money_is_not_listed(engine: Engine, shop: Shop) -> None:
    """The list and the look-up by name are one merchant's."""
    placed = await shop.place(after_payment="confirm")
    [payment] = (await shop.pay(placed)).payments
    await by_hand(shop, placed, "cancelled")
    other = await open_shop(engine)
    assert await engine.payments.waiting(other.merchant_id) == []
    for name in (payment.public_id, placed.view.order.number, placed.view.order.public_id):
        assert [p.payment_id for p in await engine.payments.named(shop.merchant_id, name)] == [payment.payment_id]
        assert await engine.payments.named(other.merchant_id, name) == []
