"""Fail an order: nothing of it was delivered."""

from __future__ import annotations

from typing import Annotated

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import Message, by, items_of, names_of, step
from gerai.engine.desk.registry import Act, Done
from gerai.engine.fulfilment.finish import FinishOrder, may_finish
from gerai.kit.bilingual import Bilingual


class OrderFailure(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``message``: why, as its buyer reads it; the act's own reason is for the shop."""

    message: Annotated[Message, words("Pesan untuk pembeli", "Message to the buyer", "Stok habis")] = ""


async def run(within: Within, given: OrderFailure) -> Done:
    """What was held or paid is in its member's wallet then; paid by somebody without a wallet, it waits to be sent.
    Refuses as FinishOrder."""
    items = await items_of(within, given.id)
    command = FinishOrder(**names_of(within, given.id), by=by(), failed=items, reason=given.message)
    return await step(within, command, message=given.message)


ACT = Act(
    "orders.fail", "orders:act", Bilingual("Gagalkan pesanan", "Fail an order"), OrderFailure, run,
    reasoned=True, grave=True, possible=lambda view: may_finish(view, "fail"),
)  # fmt: skip
