"""Ask a refund's gateway once more to send it."""

from __future__ import annotations

from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.refunds import moved
from gerai.engine.desk.registry import Act, Done
from gerai.engine.gateways.refund import HandOver
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Its gateway is asked to send what it would not, or what whoever asks took from it. Refuses NotFound,
    StateConflict (it is with the gateway, or has ended; ``taken``: somebody else sends it by hand), InputInvalid (no
    gateway took the payment)."""
    return await moved(within, given.id, HandOver)


ACT = Act(
    "refunds.again",
    "money:act",
    Bilingual("Lewat gateway lagi", "Through its gateway again"),
    ById,
    run,
    reasoned=True,
    grave=True,
)
