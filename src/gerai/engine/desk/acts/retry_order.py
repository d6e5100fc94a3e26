"""Ask the provider of an order once more."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.orders import names_of, step
from gerai.engine.desk.registry import Act, Bulk, Done
from gerai.engine.fulfilment.ask_again import AskProvider, may_ask
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """A worker asks now; what comes out of it stands in the order. Refuses as AskProvider."""
    return await step(within, AskProvider(**names_of(within, given.id)))


ACT = Act(
    "orders.retry", "orders:act", Bilingual("Tanya penyedia lagi", "Ask the provider again"), ById, run,
    possible=may_ask, bulk=Bulk(),
)  # fmt: skip
