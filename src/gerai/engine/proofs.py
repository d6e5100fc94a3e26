"""What payers send to show that they transferred into the seller's own account: kept as it came, to be looked at by a
person. It books nothing."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec

from gerai.domain.payment_status import CAME, DEPOSIT_MAY_COME, MAY_COME
from gerai.domain.records import Deposit, PaymentProof
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.command import Command, Context, Needs
from gerai.engine.core import Engine
from gerai.engine.state import State
from gerai.store import proofs as sql
from gerai.store.proofs import ProofRow

ProofKind = Literal["image/jpeg", "image/png", "application/pdf"]
#: Of one payment.
MOST_PROOFS: Final = 3
#: How what has so many is said to stand.
FULL: Final = "full"
LARGEST_BYTES: Final = 5 * 1024 * 1024
PROOF_RECEIVED: Final = "payment.proof_received"
TOP_UP_PROOF_RECEIVED: Final = "deposit.proof_received"
#: How each begins; what stands before it, or another beginning, makes it something else.
_BEGINNINGS: Final[tuple[tuple[re.Pattern[bytes], ProofKind], ...]] = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "image/png"),
    (re.compile(rb"%PDF-[12]\.\d"), "application/pdf"),
)


def kind_of(content: bytes) -> ProofKind | None:
    """What a file is by its first bytes; None: nothing that is taken as a proof."""
    return next((kind for beginning, kind in _BEGINNINGS if beginning.match(content)), None)


class _File(Command[PaymentProof], frozen=True, kw_only=True):
    """Base of what keeps a file of 1 to LARGEST_BYTES bytes as a proof."""

    proof_id: int
    kind: ProofKind
    digest: bytes
    content: bytes

    @property
    def facts(self) -> dict[str, Any]:
        """What its event says of it."""
        return {"proof": self.proof_id, "kind": self.kind, "size_bytes": len(self.content)}

    def keep(self, state: State, context: Context, paid_id: int, named: tuple[str, str]) -> tuple[PaymentProof, bool]:
        """The proof, and whether it was not there before. Refuses StateConflict ``full``, of what is ``named``."""
        known = state.proofs.named(self.merchant_id, paid_id)
        if same := next((one for one in known if one.digest == self.digest), None):
            return same, False
        if len(known) >= MOST_PROOFS:
            raise StateConflict(*named, FULL, "prove")
        size, now = len(self.content), context.now
        new = PaymentProof(self.merchant_id, self.proof_id, paid_id, self.digest, self.kind, size, now, self.content)
        return state.proofs.insert(new), True


class ReceiveProof(_File, frozen=True, kw_only=True):
    """Keep a file of 1 to LARGEST_BYTES bytes for a payment into an account of the seller's own, once: what has the
    same ``digest`` (SHA-256) is the same proof. Payments that ended take one, too: their payer may have transferred
    before.

    Refuses: NotFound; StateConflict ``prove``: money came for the order, the payment goes elsewhere or failed
    (its state), or it has MOST_PROOFS (``FULL``).
    """

    order_id: int
    payment_id: int

    def needs(self) -> Needs:
        return Needs(orders=(self.order_id,), proofs_of=(self.payment_id,))

    def decide(self, state: State, context: Context) -> PaymentProof:
        order = state.order(self.merchant_id, self.order_id)
        payment = state.payments.get(self.merchant_id, self.payment_id)
        if payment is None or payment.order_id != self.order_id or payment.environment != self.environment:
            raise NotFound("payment", str(self.payment_id))
        came = next((one.status for one in state.payments_of(order) if one.status in CAME), "")
        if came or payment.receiving_id is None or payment.status not in MAY_COME:
            raise StateConflict("payment", payment.public_id, came or payment.status, "prove")
        kept, is_new = self.keep(state, context, self.payment_id, ("payment", payment.public_id))
        if is_new:
            state.announce(order, PROOF_RECEIVED, context.now, payment=payment.public_id, **self.facts)
        return kept


class ReceiveTopUpProof(_File, frozen=True, kw_only=True):
    """The same for a deposit into an account of the seller's own.

    Refuses: NotFound; StateConflict ``prove``: its money came, the deposit goes elsewhere or failed (its state), or it
    has MOST_PROOFS (``FULL``).
    """

    deposit_id: int

    def needs(self) -> Needs:
        return Needs(deposits=(self.deposit_id,), proofs_of=(self.deposit_id,))

    def decide(self, state: State, context: Context) -> PaymentProof:
        deposit = state.deposits.get(self.merchant_id, self.deposit_id)
        if deposit is None or deposit.environment != self.environment:
            raise NotFound("deposit", str(self.deposit_id))
        if not provable(deposit):
            raise StateConflict("deposit", deposit.public_id, deposit.status, "prove")
        kept, is_new = self.keep(state, context, self.deposit_id, ("deposit", deposit.public_id))
        if is_new:
            # What its page shows changes with it.
            state.deposits.update(msgspec.structs.replace(deposit, updated_at=context.now))
            state.announce_deposit(deposit, TOP_UP_PROOF_RECEIVED, context.now, **self.facts)
        return kept


def provable(deposit: Deposit) -> bool:
    """Whether a transfer for it may be shown: into an account of the seller's own, while no money is known to have
    come."""
    return deposit.receiving_id is not None and deposit.status in DEPOSIT_MAY_COME


async def waiting(engine: Engine, merchant_id: int, limit: int = 200) -> list[ProofRow]:
    """The proofs of orders for which no money came yet, newest first."""
    async with engine.connection() as connection:
        return await sql.waiting(connection, merchant_id, limit)


async def proof_of(engine: Engine, merchant_id: int, proof_id: int) -> ProofRow | None:
    """The proof with this id, also once its order is paid."""
    async with engine.connection() as connection:
        return await sql.proof(connection, merchant_id, proof_id)


async def proofs_given(engine: Engine, deposit: Deposit) -> int:
    """How many proofs a deposit has."""
    async with engine.connection() as connection:
        return await sql.given(connection, deposit.merchant_id, deposit.deposit_id)


async def content_of(engine: Engine, merchant_id: int, proof_id: int) -> bytes:
    """The file as it came. NotFound."""
    async with engine.connection() as connection:
        found = await sql.content(connection, merchant_id, proof_id)
    if found is None:
        raise NotFound("proof", str(proof_id))
    return found
