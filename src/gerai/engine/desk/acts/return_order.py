"""An order that was sent came back."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import by, names_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.orders.move import MoveOrder, may_move
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """What was paid for it waits for a decision. Refuses as MoveOrder."""
    return await step(within, MoveOrder(**names_of(within, given.id), step="return", by=by()))


ACT = Act(
    "orders.return", "orders:act", Bilingual("Pesanan kembali", "An order came back"), ById, run,
    reasoned=True, possible=lambda view: may_move(view, "return"), bulk=Bulk(),
)  # fmt: skip
