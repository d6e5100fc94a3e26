"""What payers send to show that they transferred into the seller's own account: kept as it came, to be looked at by a
person. It books nothing."""

from __future__ import annotations

import re
from typing import Final, Literal

from gerai.domain.payment_status import CAME, MAY_COME
from gerai.domain.records import PaymentProof
from gerai.domain.refusals import NotFound, StateConflict
from gerai.engine.command import Command, Context, Needs
from gerai.engine.core import Engine
from gerai.engine.state import State
from gerai.store import proofs as sql
from gerai.store.proofs import ProofRow

ProofKind = Literal["image/jpeg", "image/png", "application/pdf"]
#: Of one payment.
MOST_PROOFS: Final = 3
LARGEST_BYTES: Final = 5 * 1024 * 1024
PROOF_RECEIVED: Final = "payment.proof_received"
#: How each begins; what stands before it, or another beginning, makes it something else.
_BEGINNINGS: Final[tuple[tuple[re.Pattern[bytes], ProofKind], ...]] = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "image/png"),
    (re.compile(rb"%PDF-[12]\.\d"), "application/pdf"),
)


def kind_of(content: bytes) -> ProofKind | None:
    """What a file is by its first bytes; None: nothing that is taken as a proof."""
    return next((kind for beginning, kind in _BEGINNINGS if beginning.match(content)), None)


class ReceiveProof(Command[PaymentProof], frozen=True, kw_only=True):
    """Keep a file of 1 to LARGEST_BYTES bytes for a payment into an account of the seller's own, once: what has the
    same ``digest`` (SHA-256) is the same proof. Payments that ended take one, too: their payer may have transferred
    before.

    Refuses: NotFound; StateConflict ``prove``: money came for the order, the payment goes elsewhere or failed
    (its state), or it has MOST_PROOFS (``full``).
    """

    order_id: int
    payment_id: int
    proof_id: int
    kind: ProofKind
    digest: bytes
    content: bytes

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
        known = state.proofs.named(self.merchant_id, self.payment_id)
        if same := next((one for one in known if one.digest == self.digest), None):
            return same
        if len(known) >= MOST_PROOFS:
            raise StateConflict("payment", payment.public_id, "full", "prove")
        new = state.proofs.insert(
            PaymentProof(
                self.merchant_id, self.proof_id, self.payment_id, self.digest, self.kind, len(self.content),
                context.now, self.content,
            )
        )  # fmt: skip
        state.announce(
            order, PROOF_RECEIVED, context.now,
            payment=payment.public_id, proof=self.proof_id, kind=self.kind, size_bytes=new.size_bytes,
        )  # fmt: skip
        return new


async def waiting(engine: Engine, merchant_id: int, limit: int = 200) -> list[ProofRow]:
    """The proofs of orders for which no money came yet, newest first."""
    async with engine.connection() as connection:
        return await sql.waiting(connection, merchant_id, limit)


async def proof_of(engine: Engine, merchant_id: int, proof_id: int) -> ProofRow | None:
    """The proof with this id, also once its order is paid."""
    async with engine.connection() as connection:
        return await sql.proof(connection, merchant_id, proof_id)


async def content_of(engine: Engine, merchant_id: int, proof_id: int) -> bytes:
    """The file as it came. NotFound."""
    async with engine.connection() as connection:
        found = await sql.content(connection, merchant_id, proof_id)
    if found is None:
        raise NotFound("proof", str(proof_id))
    return found
