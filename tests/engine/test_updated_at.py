"""What an order shows changes with its payments, its work and its parcel: every event of it moves ``updated_at``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.records import OrderView
from gerai.engine.core import Engine
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payments.resolve_late import ResolveLate
from gerai.engine.shipping.record import RecordShipment

STEP = timedelta(minutes=10)


class Life:
    """An order whose clock goes on before each act."""

    def __init__(self, shop: Shop, view: OrderView) -> None:
        self.shop, self.view, self.now = shop, view, EPOCH
        #: The newest event of each act that did not move the order.
        self.unmoved: list[str] = []

    async def act(self, command_type: Any, **fields: Any) -> None:
        await self.later()
        await self.shop.do(command_type, self.view, **fields)
        await self.look()

    async def later(self) -> None:
        self.now += STEP
        await set_test_clock(self.shop.engine, self.shop.merchant_id, frozen_at=self.now)

    async def look(self) -> None:
        """The newest event is of now, and the order should be."""
        order_id = self.view.order.order_id
        found = await self.shop.engine.orders.by_id(self.shop.merchant_id, order_id)
        assert found is not None
        self.view = found
        events = await self.shop.engine.events.of_orders(self.shop.merchant_id, [order_id])
        assert events[-1].at == self.now
        if found.order.updated_at != self.now:
            self.unmoved.append(events[-1].name)

    async def start(self, **fields: Any) -> int:
        await self.later()
        await self.shop.start_payment(self.view, **fields)
        await self.look()
        return self.view.payments[-1].payment_id

    async def by_hand(self, **fields: Any) -> None:
        await self.later()
        names = {"channel": "test", "order_ids": (self.view.order.order_id,)}
        await self.shop.engine.submit(ChangeStatus(**self.shop.owner, **names, **fields))
        await self.look()


async def payments_end(life: Life) -> None:
    await life.act(CancelPayment, payment_id=await life.start())
    await life.act(RecordPayment, payment_id=await life.start(), outcome="failed")
    await life.act(RecordPayment, payment_id=await life.start(), outcome="expired")
    payment_id = await life.start()
    await life.act(RecordPayment, payment_id=payment_id, outcome="paid")
    await life.act(RefundPayment, payment_id=payment_id, amount_sen=1_000_00)
    await life.act(RefundPayment, payment_id=payment_id, amount_sen=4_000_00)


async def cancelled(life: Life) -> None:
    await life.start()
    await life.act(CancelOrder)


async def late(life: Life) -> None:
    first, second = await life.start(), await life.start()
    await life.act(ExpireOrder)
    await life.act(RecordPayment, payment_id=first, outcome="paid")
    await life.act(RecordPayment, payment_id=second, outcome="paid")
    await life.act(ResolveLate, payment_id=first, decision="refund")
    await life.act(ResolveLate, payment_id=second, decision="accept")


async def marked_by_hand(life: Life) -> None:
    await life.start()
    await life.by_hand(payment="conflict")
    await life.by_hand(payment="paid")
    await life.by_hand(payment="unpaid")


async def sent(life: Life) -> None:
    await life.by_hand(target="confirmed")
    await life.by_hand(target="shipped")
    for status in ("in_transit", "problem", "in_transit", "delivered"):
        await life.act(RecordShipment, channel="test", words=status, status=status)


@pytest.mark.parametrize("live", [payments_end, cancelled, late, marked_by_hand, sent], ids=lambda one: one.__name__)
async def test_every_act_moves_it(engine: Engine, live: Callable[[Life], Awaitable[None]]) -> None:
    """Whatever happens to an order and leaves an event, by way of whichever of its rows."""
    shop = await open_shop(engine, environment="sandbox", settings={"late_payment": "hold"})
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    expiry = {"expires_at": EPOCH + 3 * STEP} if live is late else {}
    life = Life(shop, (await shop.place(**expiry)).view)
    await live(life)
    assert life.unmoved == []


async def test_its_work_moves_it(engine: Engine) -> None:
    """Asked, lost from sight, done."""
    shop = await open_shop(engine, environment="sandbox", money_sen=100_000_00)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    life = Life(shop, (await shop.place("hold")).view)
    await life.act(RecordFulfilment, outcome="pending")
    await life.act(RecordFulfilment, outcome="unknown")
    await life.act(RecordFulfilment, outcome="done", succeeded=1)
    assert life.unmoved == []


async def test_a_refusal_moves_nothing(engine: Engine) -> None:
    """An act that was refused leaves the time as it was."""
    shop = await open_shop(engine, environment="sandbox")
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    placed = await shop.place()
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH + STEP)
    with pytest.raises(Exception, match="amount"):
        await shop.start_payment(placed, amount_sen=1_00)
    found = await engine.orders.by_id(shop.merchant_id, placed.view.order.order_id)
    assert found is not None
    assert found.order.updated_at == EPOCH
