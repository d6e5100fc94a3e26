"""What tests of orders at the desk share: a shop with a member, orders of every kind of money in any state."""

from __future__ import annotations

from typing import Any, Final

from desk_kit import OWNER
from engine_kit import Shop
from gerai.domain.records import Order, OrderView
from gerai.engine.command import Contact
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Act, acts, look, views
from gerai.engine.merchants.open import add_member
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.parcels import Parcel
from gerai.store import order_views

PARCEL: Final = Parcel("jne", "REG", "lincah", 77, 250, 20_000_00)
BUDI: Final = Contact("c1", name="Budi Santoso", email="budi@example.com", mobile="+6281234567890")

WORK: Final[dict[str, Any]] = {"provider": "manual", "work": {"items": ["1", "2"]}, "quantity": 2}
ASKED: Final[dict[str, Any]] = {"provider": "simulator", "work": {"items": ["1"], "asked": True}}
SHIPPED: Final[dict[str, Any]] = {"parcel": PARCEL, "channel": "scalev", "status": "confirmed"}
#: Every act of an order.
ORDER_ACTS: Final[list[Act]] = [act for act in acts().values() if act.name.startswith("orders.")]


async def shop_of(within: Within) -> Shop:
    """The shop with a member who has Rp1.000.000."""
    member_id, wallets = await add_member(within.engine, within.merchant_id, "cekceir", "ani", "Ani")
    shop = Shop(within.engine, within.merchant_id, within.environment, member_id, wallets[within.environment])
    await shop.deposit(1_000_000_00)
    return shop


async def placed(shop: Shop, funding: str = "invoice", total_sen: int = 50_000_00, **changes: Any) -> Order:
    """An order of one line."""
    return (await shop.place(funding, total_sen, **changes)).view.order


async def moved(shop: Shop, order: Order, target: str) -> None:
    """Another state, as a store's own programs take it there."""
    names: dict[str, Any] = {**shop.owner, "channel": order.channel, "order_ids": (order.order_id,)}
    await shop.engine.submit(ChangeStatus(**names, target=target))


async def view_of(within: Within, order_id: int) -> OrderView:
    """The order as it stands."""
    async with within.engine.connection() as connection:
        [found] = await order_views.by_ids(connection, within.merchant_id, [order_id])
    return found


async def shown(within: Within, order_id: int) -> Any:
    """The order as its page shows it."""
    view = views()["orders.show"]
    page = await look(view, within, view.filter(id=order_id), OWNER)
    [found] = page.rows
    return found


async def pages(within: Within, limit: int = 50, **wanted: Any) -> list[list[int]]:
    """The ids on each page of the list, to its end."""
    view, after, found = views()["orders.list"], "", list[list[int]]()
    while True:
        page = await look(view, within, view.filter(after=after, limit=limit, **wanted), OWNER)
        found.append([row.id for row in page.rows])  # type: ignore[attr-defined]
        if not (after := page.next):
            return found


async def listed(within: Within, **wanted: Any) -> list[int]:
    """The ids of the first page."""
    return (await pages(within, **wanted))[0]


def given(act: Act, order: Order, **more: Any) -> Any:
    """What the act takes, and no more than it must have."""
    if act.name == "orders.receipt":
        more = {"receipt": "JX1", **more}
    return act.input(id=order.order_id, **more)
