"""An order is ready to be sent or collected."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import by, names_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.orders.move import MoveOrder, may_move
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """It waits for its courier, or for who collects it. Refuses as MoveOrder."""
    return await step(within, MoveOrder(**names_of(within, given.id), step="make_ready", by=by()))


ACT = Act(
    "orders.ready", "orders:act", Bilingual("Pesanan siap", "An order is ready"), ById, run,
    possible=lambda view: may_move(view, "make_ready"), bulk=Bulk(),
)  # fmt: skip
