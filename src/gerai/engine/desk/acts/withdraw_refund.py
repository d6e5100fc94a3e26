"""A refund will not be sent."""

from __future__ import annotations

from gerai.engine.acting import why_now
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.refunds import moved
from gerai.engine.desk.registry import Act, Done
from gerai.engine.payments.end_refund import WithdrawRefund
from gerai.kit.bilingual import Bilingual


async def run(within: Within, given: ById) -> Done:
    """Its payment, or top-up, is what it was before the refund; the reason is kept with the transfer. Refuses NotFound,
    StateConflict (done, or withdrawn already; its gateway sends it)."""
    return await moved(within, given.id, WithdrawRefund, note=why_now())


ACT = Act(
    "refunds.withdraw", "money:act", Bilingual("Batal dikirim", "It will not be sent"), ById, run, reasoned=True,
    grave=True,
)  # fmt: skip
