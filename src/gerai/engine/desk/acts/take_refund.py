"""Send by hand what a refund's gateway was asked to."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.refunds import moved
from gerai.engine.desk.registry import Act, Done
from gerai.engine.gateways.refund import TakeBack
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Whoever does it has looked in the gateway's dashboard, so that it is not sent twice. Refuses NotFound,
    StateConflict (it is not with its gateway, or is being asked for there)."""
    return await moved(within, given.id, TakeBack)


ACT = Act(
    "refunds.take",
    "money:act",
    Bilingual("Saya yang mengirim", "I send it myself"),
    ById,
    run,
    reasoned=True,
    grave=True,
)
