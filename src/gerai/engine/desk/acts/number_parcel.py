"""Give an order's parcel its courier's number, or another one."""

from __future__ import annotations

from typing import Annotated

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import ReceiptNumber, names_of, order_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.shipping.by_hand import may_number
from gerai.engine.shipping.record import RecordShipment
from gerai.kit.bilingual import Bilingual


class ParcelNumber(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``receipt``: the courier's number."""

    receipt: Annotated[ReceiptNumber, words("Nomor resi", "Courier's number", "JX1234567890")]


async def run(within: Within, given: ParcelNumber) -> Done:
    """The first one books the parcel. Refuses as RecordShipment."""
    # An order's door never changes.
    view = await order_of(within, given.id)
    receipt = given.receipt.strip()
    command = RecordShipment(**names_of(within, given.id), channel=view.order.channel, receipt=receipt)
    return await step(within, command, receipt=receipt)


ACT = Act(
    "orders.receipt", "orders:act", Bilingual("Isi nomor resi", "Note the courier's number"), ParcelNumber, run,
    possible=may_number, bulk=Bulk(("receipt",)),
)  # fmt: skip
