"""A shop with a month behind it, for pages that show figures."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from desk_kit import open_desk
from engine_kit import Shop
from gerai.app import App
from gerai.engine.contact import Contact
from gerai.engine.desk.house import Within
from gerai.engine.merchants.open import add_member, change_settings, set_test_clock
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.orders.lines import NewLine
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.reports.roll_up import roll_up
from gerai.kit.clock import JAKARTA

NOON: Final = datetime(2026, 4, 15, 12, 0, tzinfo=JAKARTA)
_DOORS: Final = ("scalev", "durianpay", "leuwongrr", "cekceir")
_THINGS: Final = (
    ("Kaos Polos - M", 150_000_00), ("E-book Jualan Online", 75_000_00), ("Robux 1.000", 130_000_00),
    ("Cek IMEI iPhone", 25_000_00), ("Jaket Hujan - XL", 275_000_00),
)  # fmt: skip
_NAMES: Final = ("Eko Prasetyo", "Rina Wulandari", "Siti Aminah", "Budi Santoso", "Dewi Lestari")


async def busy_shop(app: App, days: int = 30) -> tuple[Within, Shop]:
    """A sandbox shop that holds late money: some orders each day, most paid, some given back, one paid too late."""
    within = await open_desk(app.house, "sandbox")
    await change_settings(app.engine, within.merchant_id, {"late_payment": "hold"})
    member_id, accounts = await add_member(app.engine, within.merchant_id, "cekceir", "ani", "Ani")
    shop = Shop(app.engine, within.merchant_id, "sandbox", member_id, accounts["sandbox"])
    chance = random.Random(5)
    for back in range(days - 1, -1, -1):
        for number in range(chance.randint(1, 4) + (days - back) // 8):
            now = NOON - timedelta(days=back, minutes=10 * number)
            await set_test_clock(app.engine, within.merchant_id, frozen_at=now)
            name, price_sen = chance.choice(_THINGS)
            quantity = chance.randint(1, 3)
            sum_sen = price_sen * quantity
            placed = await shop.place(
                "invoice", sum_sen, channel=chance.choice(_DOORS), after_payment="confirm",
                lines=(NewLine("thing", 1 + _THINGS.index((name, price_sen)), name, quantity, price_sen, sum_sen),),
                contact=Contact(public_id=f"b{back}-{number}", name=chance.choice(_NAMES)),
            )  # fmt: skip
            if chance.random() < 0.7:
                paid = await shop.pay(placed)
                if chance.random() < 0.1:
                    payment_id = paid.payments[0].payment_id
                    await shop.do(RefundPayment, paid, payment_id=payment_id, amount_sen=price_sen)
    late = await shop.place("invoice", 90_000_00, channel="scalev", expires_at=NOON)
    [payment] = (await shop.start_payment(late)).payments
    await set_test_clock(app.engine, within.merchant_id, frozen_at=NOON + timedelta(hours=1))
    await shop.do(ExpireOrder, late)
    await shop.pay(late, payment_id=payment.payment_id)
    await roll_up(app.engine)
    return within, shop
