"""A refund was sent."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.refunds import about_task
from gerai.engine.desk.registry import Act, Done
from gerai.engine.payments.end_refund import FinishRefund
from gerai.engine.references import read_reference
from gerai.kit.bilingual import Bilingual


class RefundSent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``reference``: the bank's, of the transfer that was made."""

    id: Annotated[Id, words("Nomor pengembalian", "Refund")]
    reference: Annotated[
        Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")],
        words("Nomor transfer bank", "The bank's reference", "BCA-3011-12"),
    ]


async def run(within: Within, given: RefundSent) -> Done:
    """It is booked out, once however often it is said with this reference. Refuses NotFound, StateConflict (withdrawn;
    done with another reference; its gateway sends it)."""
    outcome = await about_task(within, given.id, FinishRefund, reference=read_reference(given.reference))
    task = outcome.answer.task
    details = {"amount_sen": task.amount_sen, "reference": task.reference}
    return Done(str(given.id), replayed=outcome.replayed or not outcome.answer.booked, details=details)


ACT = Act(
    "refunds.done", "money:act", Bilingual("Sudah dikirim", "It was sent"), RefundSent, run, reasoned=True, grave=True
)  # fmt: skip
