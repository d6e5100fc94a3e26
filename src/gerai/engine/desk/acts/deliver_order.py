"""An order has arrived."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import names_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.shipping.by_hand import DeliverOrder, may_deliver
from gerai.kit.bilingual import Bilingual


class OrderDelivery(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``at``: when it arrived, of Jakarta where it names no other zone; not given: now."""

    at: Annotated[datetime | None, words("Sampai pada", "Arrived at", "2026-11-30T08:00:00")] = None


async def run(within: Within, given: OrderDelivery) -> Done:
    """Its parcel is delivered, and it is completed. Refuses as DeliverOrder."""
    at = None if given.at is None else given.at.isoformat()
    return await step(within, DeliverOrder(**names_of(within, given.id), at=given.at), at=at)


ACT = Act(
    "orders.deliver", "orders:act", Bilingual("Pesanan sampai", "An order has arrived"), OrderDelivery, run,
    possible=may_deliver, bulk=Bulk(),
)  # fmt: skip
