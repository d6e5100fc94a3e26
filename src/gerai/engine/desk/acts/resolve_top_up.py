"""Decide about a top-up's money that came late, or of another amount."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gerai.engine.acting import by_actor, why_now
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.desk.fields import Id, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import deposit_here
from gerai.engine.desk.refunds import sender, task_of_top_up
from gerai.engine.desk.registry import Act, Done, submitted
from gerai.engine.merchants.open import note
from gerai.kit.bilingual import Bilingual


class TopUpDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``accept``: it goes into the wallet, with what came; ``refund``: it goes back to its payer."""

    id: Annotated[Id, words("Nomor isi saldo", "Top-up"), refers("topups", "proofs")]
    decision: Annotated[Literal["accept", "refund"], words("Keputusan", "Decision", "accept")]


async def run(within: Within, given: TopUpDecision) -> Done:
    """The reason is kept with it. Refuses NotFound, StateConflict (it is not late, and no other amount came),
    AmountOutOfRange (more than the wallet can take)."""
    deposit = await deposit_here(within, given.id)
    command = ResolveLateDeposit(
        merchant_id=within.merchant_id,
        environment=within.environment,
        deposit_id=given.id,
        decision=given.decision,
        note=why_now(),
        by=by_actor(),
    )
    note(given.id, code=deposit.public_id, decision=given.decision, amount_sen=deposit.ours_sen)
    outcome = await submitted(within, command)
    after = outcome.answer
    details = {"code": after.public_id, "status": after.status, "amount_sen": deposit.ours_sen}
    if given.decision == "refund":
        task = task_of_top_up(within.engine, within.house.gateways.gateways, after)
        details |= await sender(task, inside=False)
    return Done(str(given.id), replayed=outcome.replayed, details=details)


ACT = Act(
    "topups.resolve", "money:act", Bilingual("Putuskan isi saldo yang menunggu", "Decide about a top-up that waits"),
    TopUpDecision, run, reasoned=True, grave=True,
)  # fmt: skip
