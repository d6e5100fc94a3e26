"""Accept an order."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import by, names_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.orders.move import MoveOrder, may_move
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """It is to be sent or done, paid or not. Refuses as MoveOrder."""
    return await step(within, MoveOrder(**names_of(within, given.id), step="confirm", by=by()))


ACT = Act(
    "orders.confirm", "orders:act", Bilingual("Terima pesanan", "Accept an order"), ById, run,
    possible=lambda view: may_move(view, "confirm"), bulk=Bulk(),
)  # fmt: skip
