"""Complete an order, in whole or in part."""

from __future__ import annotations

from typing import Annotated, Any

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import ById, Count, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import Message, by, items_of, names_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.fulfilment.finish import FinishOrder, may_finish
from gerai.kit.bilingual import Bilingual


class OrderCompletion(ById, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``result``: what its caller gets of work that was done, JSON or a text. ``failed``: so many of its items could
    not be delivered; their part of held money returns. ``message``: why, as its buyer reads it. ``unpaid``: it is given
    away, although it was never paid."""

    result: Annotated[
        dict[str, Any] | list[Any] | str | None, words("Hasil untuk pembeli", "Result", {"code": "1234"})
    ] = None
    failed: Annotated[Count, words("Item yang gagal", "Items that failed")] = 0
    message: Annotated[Message, words("Pesan untuk pembeli", "Message to the buyer")] = ""
    unpaid: Annotated[bool, words("Berikan tanpa dibayar", "Give it away unpaid")] = False


async def run(within: Within, given: OrderCompletion) -> Done:
    """Held money is captured for what succeeded. Refuses as FinishOrder, and InputInvalid where nothing was delivered:
    that is another act, which takes a reason and a proof of who does it."""
    if given.failed and given.failed == await items_of(within, given.id):
        raise InputInvalid({"failed": ["nothing was delivered then: that is orders.fail (gerai orders fail)"]})
    command = FinishOrder(
        **names_of(within, given.id), by=by(), failed=given.failed, result=given.result, reason=given.message,
        unpaid=given.unpaid,
    )  # fmt: skip
    return await step(within, command, failed=given.failed or None, message=given.message, unpaid=given.unpaid or None)


ACT = Act(
    "orders.complete", "orders:act", Bilingual("Selesaikan pesanan", "Complete an order"), OrderCompletion, run,
    possible=lambda view: may_finish(view, "complete"), bulk=Bulk(("result", "failed")),
)  # fmt: skip
