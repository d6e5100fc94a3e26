"""One refund."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.refunds import RefundRow, row_of
from gerai.kit.bilingual import Bilingual


class WholeRefund(RefundRow, frozen=True, kw_only=True):
    """A refund. ``asked_by`` and ``ended_by``: people, or its gateway; empty: nobody is named. ``denials``: how often
    its gateway would not send it."""

    bank: Annotated[str, words("Bank", "Bank")]
    number: Annotated[str, words("Nomor rekening", "Account number")]
    holder: Annotated[str, words("Nama pemilik", "Holder")]
    asked_by: Annotated[str, words("Diminta oleh", "Asked by")]
    ended_by: Annotated[str, words("Diselesaikan oleh", "Ended by")]
    denials: Annotated[int, words("Ditolak gateway (kali)", "Refused by its gateway (times)")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    listed = await within.engine.payments.refund(within.merchant_id, wanted.id)
    if listed is None or listed.task.environment != within.environment:
        return ViewPage([])
    task, to = listed.task, listed.task.destination
    return ViewPage(
        [
            WholeRefund(
                **msgspec.structs.asdict(row_of(listed, within.by)),
                bank=to.get("bank", ""), number=to.get("number", ""), holder=to.get("holder", ""),
                asked_by=task.asked_by, ended_by=task.ended_by, denials=task.denials,
            )
        ]
    )  # fmt: skip


VIEW = View("refunds.show", "money:read", Bilingual("Sebuah pengembalian", "A refund"), ById, WholeRefund, run)
