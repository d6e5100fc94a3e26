"""A shop with orders, as the console's tests of their pages want it."""

from __future__ import annotations

from typing import Any

from desk_kit import house_of
from engine_kit import Shop, open_shop
from gerai.app import App
from gerai.domain.records import OrderView
from gerai.engine.contact import Contact
from gerai.engine.desk.house import Within
from gerai.engine.orders.parcels import Parcel

RINA = {
    "name": "Rina Wulandari",
    "email": "rina@example.com",
    "mobile": "+628123456789",
    "mobile_as_sent": "0812-3456-789",
}
PARCEL = Parcel("jne", "REG", "", None, 1200, 20_000_00)


async def shop_at_desk(app: App, environment: str = "production") -> tuple[Shop, Within]:
    """A new shop, and its desk."""
    shop = await open_shop(app.engine, environment=environment)
    return shop, Within(house_of(app), shop.merchant_id, "sandbox" if environment == "sandbox" else "production")


async def order_of(shop: Shop, **changes: Any) -> OrderView:
    """An order of Rp300.000 that Rina has not paid, with a parcel to send."""
    contact = Contact(public_id=f"rina-{shop.engine.ids.next()}", **(RINA | changes.pop("contact", {})))
    facts = {"channel": "durianpay", "after_payment": "confirm", "contact": contact, "parcel": PARCEL}
    return (await shop.place(total_sen=300_000_00, **(facts | changes))).view


async def paid_order(shop: Shop, **changes: Any) -> OrderView:
    """The same, paid by virtual account: it is to be sent."""
    view = await order_of(shop, **changes)
    started = await shop.start_payment(view)
    return await shop.pay(view, payment_id=started.payments[0].payment_id)
