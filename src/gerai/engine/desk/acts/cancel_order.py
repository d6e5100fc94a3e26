"""Cancel an order."""

from __future__ import annotations

from typing import Annotated

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import Message, by, names_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.orders.cancel import CancelOrder, may_cancel
from gerai.kit.bilingual import Bilingual


class OrderCancel(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``message``: why, as its buyer reads it; the act's own reason is for the shop."""

    message: Annotated[Message, words("Pesan untuk pembeli", "Message to the buyer", "Stok habis")] = ""


async def run(within: Within, given: OrderCancel) -> Done:
    """One that is not paid, or whose money is held: that returns. Refuses as CancelOrder."""
    command = CancelOrder(**names_of(within, given.id), reason=given.message, by=by())
    return await step(within, command, message=given.message)


ACT = Act(
    "orders.cancel", "orders:act", Bilingual("Batalkan pesanan", "Cancel an order"), OrderCancel, run,
    reasoned=True, possible=may_cancel, bulk=Bulk(),
)  # fmt: skip
