"""Book a top-up whose money somebody saw."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from gerai.domain.refusals import AmountMismatch
from gerai.engine.acting import by_actor
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.desk.fields import AmountSen, Id, refers, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import Reference, top_up_here
from gerai.engine.desk.registry import Act, Done, submitted
from gerai.engine.merchants.open import note
from gerai.engine.references import money_under, read_reference
from gerai.kit.bilingual import Bilingual


class TopUpCame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``id``: of the top-up, or of a proof of its transfer. ``arrived_sen``: what arrived; not given: what was asked.
    ``reference``: the bank's; under the same one money is booked once, for one thing."""

    id: Annotated[Id, words("Nomor isi saldo", "Top-up"), refers("topups", "proofs")]
    arrived_sen: Annotated[AmountSen | UnsetType, words("Yang datang", "What arrived", 50_000_00)] = UNSET
    reference: Annotated[Reference, words("Nomor mutasi bank", "The bank's reference", "BCA-1")] = ""


async def run(within: Within, given: TopUpCame) -> Done:
    """It is in its member's wallet; one that came late waits where the shop's rule has it so.

    Refuses NotFound, AmountMismatch (another amount than was asked; or its gateway says that another came, and nobody
    says what did), StateConflict (it has its money, or waits already), AmountOutOfRange (more than the wallet can
    take), IdempotencyKeyReused (the reference was booked for something else).
    """
    deposit = await top_up_here(within, given.id)
    said_sen = None if given.arrived_sen is UNSET else given.arrived_sen
    came_sen = deposit.came_instead_sen if said_sen is None and deposit.held else said_sen
    if came_sen and came_sen != deposit.pay_sen:
        raise AmountMismatch(given_sen=came_sen, right_sen=deposit.pay_sen)
    reference = read_reference(given.reference)
    command = RecordDeposit(
        merchant_id=deposit.merchant_id,
        environment=deposit.environment,
        deposit_id=deposit.deposit_id,
        outcome="paid",
        provider_reference=reference,
        by=by_actor(),
    )
    note(deposit.deposit_id, code=deposit.public_id, amount_sen=deposit.pay_sen, reference=reference)
    outcome = await submitted(within, command, money_under(reference, f"deposit {deposit.deposit_id}"))
    after = outcome.answer
    details = {"code": after.public_id, "status": after.status, "amount_sen": after.amount_sen}
    return Done(str(deposit.deposit_id), replayed=outcome.replayed, details=details)


async def asked_sen(within: Within, id: int) -> int:
    """What the top-up asks for. Refuses NotFound."""
    return (await top_up_here(within, id)).pay_sen


ACT = Act(
    "topups.confirm", "money:act", Bilingual("Konfirmasi isi saldo", "Confirm a top-up"), TopUpCame, run, reasoned=True,
    grave=True, whole=asked_sen,
)  # fmt: skip
