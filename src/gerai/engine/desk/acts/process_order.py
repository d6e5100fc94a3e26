"""Start on an order."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import by, names_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.orders.move import MoveOrder, may_move
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """It is being packed, or worked on. Refuses as MoveOrder."""
    return await step(within, MoveOrder(**names_of(within, given.id), step="start", by=by()))


ACT = Act(
    "orders.process", "orders:act", Bilingual("Mulai kerjakan pesanan", "Start on an order"), ById, run,
    possible=lambda view: may_move(view, "start"), bulk=Bulk(),
)  # fmt: skip
