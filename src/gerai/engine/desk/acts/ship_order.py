"""Send an order off."""

from __future__ import annotations

from typing import Annotated

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import Receipt, by, names_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.shipping.by_hand import ShipOrder, may_ship
from gerai.kit.bilingual import Bilingual


class OrderShipping(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``receipt``: the courier's number, where it has given one."""

    receipt: Annotated[Receipt, words("Nomor resi", "Courier's number", "JX1234567890")] = ""


async def run(within: Within, given: OrderShipping) -> Done:
    """The courier has it. Refuses as ShipOrder."""
    receipt = given.receipt.strip()
    command = ShipOrder(**names_of(within, given.id), by=by(), receipt=receipt)
    return await step(within, command, receipt=receipt)


ACT = Act(
    "orders.ship", "orders:act", Bilingual("Kirim pesanan", "Send an order"), OrderShipping, run,
    possible=may_ship, bulk=Bulk(("receipt",)),
)  # fmt: skip
