"""A shop that sold something on two days, for tests of what is said about that."""

from __future__ import annotations

from datetime import datetime, timedelta

from desk_kit import open_desk
from engine_kit import Shop
from gerai.app import App
from gerai.engine.desk.house import Within
from gerai.engine.merchants.open import add_member, set_test_clock
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.lines import NewLine
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.reports.roll_up import roll_up
from gerai.kit.clock import JAKARTA

#: Noon of a Wednesday in Jakarta: the last day that is asked about.
NOON = datetime(2026, 4, 15, 12, 0, tzinfo=JAKARTA)
SHIRT = NewLine("variant", 5, "Kaos Polos - M", 2, 75_000_00, 150_000_00)
BOOK = NewLine("variant", 6, "E-book", 1, 50_000_00, 50_000_00)


async def at(shop: Shop, moment: datetime) -> None:
    """The shop's clock stands so."""
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=moment)


async def shop_of(within: Within) -> Shop:
    """A shop to sell with, behind this desk."""
    member_id, accounts = await add_member(within.engine, within.merchant_id, "cekceir", "ani", "Ani")
    return Shop(within.engine, within.merchant_id, within.environment, member_id, accounts[within.environment])


async def sell_something(app: App) -> tuple[Within, Shop]:
    """A sandbox shop that sold some things on two days: see the figures of the tests."""
    within = await open_desk(app.house, "sandbox")
    shop = await shop_of(within)
    await at(shop, NOON - timedelta(days=1))
    await shop.deposit(500_000_00)
    early = await shop.place("invoice", 150_000_00, channel="scalev", lines=(SHIRT,))
    await at(shop, NOON - timedelta(days=1) + timedelta(minutes=10))
    [payment] = (await shop.start_payment(early, merchant_fee_sen=1_000_00)).payments
    paid = await shop.pay(early, payment_id=payment.payment_id)
    await shop.place("wallet", 50_000_00, channel="cekceir", lines=(BOOK,))
    await at(shop, NOON)
    gone = await shop.place("invoice", 75_000_00, channel="scalev")
    await shop.do(CancelOrder, gone)
    await shop.pay(await shop.place("invoice", 100_000_00, channel="scalev", lines=(BOOK, BOOK)))
    await shop.do(RefundPayment, paid, payment_id=payment.payment_id, amount_sen=40_000_00)
    await roll_up(shop.engine)
    return within, shop
