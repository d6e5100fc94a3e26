"""What payers sent to show that they transferred, read without a lock; and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.payment_status import CAME, DEPOSIT_MAY_COME, MAY_COME
from gerai.store.conditions import Where, listed, query
from gerai.store.walk import Walk, walked

#: What a proof ``t`` is of: an order's payment, or a top-up, whose id and code stand for a payment's. Each is looked up
#: by its key: the planner would join all payments for them.
_OF: Final = """
CROSS JOIN LATERAL
    (SELECT p.payment_id, p.public_id, p.status, p.method, p.channel_code, p.amount_sen + p.fee_sen + p.matching_sen
            AS asked_sen, p.order_id, p.environment, p.updated_at
     FROM payments p WHERE p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id
     UNION ALL
     SELECT d.deposit_id, d.public_id, d.status, d.method, d.channel_code, d.pay_sen, NULL::int8, d.environment,
            d.updated_at
     FROM deposits d WHERE d.merchant_id = t.merchant_id AND d.deposit_id = t.payment_id OFFSET 0) p
LEFT JOIN LATERAL (SELECT o.number FROM orders o
                   WHERE o.merchant_id = t.merchant_id AND o.order_id = p.order_id OFFSET 0) o ON true"""
_COLUMNS: Final = (
    "t.proof_id, coalesce(o.number, ''), p.public_id, p.status, p.method, p.channel_code, p.asked_sen, "
    "t.kind, t.size_bytes, t.digest, t.uploaded_at, p.payment_id, p.order_id, p.environment"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM payment_proofs t {_OF} WHERE t.merchant_id = %(merchant)s"
#: Of payments and of top-ups: no state of one is another of the other.
_MAY_COME: Final = listed(MAY_COME | DEPOSIT_MAY_COME)
#: No money is known to have come for its order, or for the top-up.
_NONE_CAME: Final = f"""p.status IN ({_MAY_COME})
  AND NOT EXISTS (SELECT FROM payments came WHERE came.merchant_id = t.merchant_id AND came.order_id = p.order_id
                  AND came.status IN ({listed(CAME)}))"""
_WAITING: Final = f"{_SELECT} AND {_NONE_CAME} ORDER BY t.proof_id DESC LIMIT %(limit)s"
#: Whether a proof is of this environment, and still says more than the books do. As a value of its own: as a condition
#: the planner would join all payments for it.
_HERE: Final = f"(SELECT p.environment = %s FROM (SELECT) one {_OF})"
_STILL: Final = f"(SELECT {_NONE_CAME} FROM (SELECT) one {_OF})"
_LIST: Final = Walk("payment_proofs", "proof_id", _COLUMNS, _OF)
_GIVEN: Final = "SELECT count(*) FROM payment_proofs WHERE merchant_id = %s AND payment_id = %s"
#: The age of the proof counts, too: one that came long after its payment ended is kept as long as any other.
_FORGET: Final = f"""
DELETE FROM payment_proofs WHERE ctid IN
    (SELECT t.ctid FROM payment_proofs t {_OF}
     WHERE t.uploaded_at < now() - %(days)s * interval '1 day' AND p.updated_at < now() - %(days)s * interval '1 day'
       AND p.status NOT IN ('processing', 'pending')
     LIMIT %(limit)s)"""


class ProofRow(NamedTuple):
    """A proof with what it is to show, without its content. ``asked_sen``: what its payer was asked for. Of a top-up it
    has no ``order_id`` and no ``order_number``; the top-up's id, code and state stand for a payment's."""

    proof_id: int
    order_number: str
    payment: str
    payment_status: str
    method: str
    channel_code: str
    asked_sen: int
    kind: str
    size_bytes: int
    digest: bytes
    uploaded_at: datetime
    payment_id: int
    order_id: int | None
    environment: str


async def waiting(connection: AsyncConnection, merchant_id: int, limit: int) -> list[ProofRow]:
    """Those of orders and top-ups for which no money came yet, newest first."""
    cursor = await connection.execute(query(_WAITING), {"merchant": merchant_id, "limit": limit})
    return [ProofRow(*row) for row in await cursor.fetchall()]


async def page(
    connection: AsyncConnection, merchant_id: int, environment: str, waiting_only: bool, before_id: int, limit: int
) -> tuple[list[ProofRow], int | None]:
    """All of an environment, or those of orders and top-ups for which no money came yet, newest first, as
    :func:`walked`."""
    wanted = Where(_HERE, environment).add_if(waiting_only, _STILL)
    found, went_to = await walked(connection, _LIST, merchant_id, before_id, wanted, limit)
    return [ProofRow(*row) for row in found], went_to


async def of_payment(connection: AsyncConnection, merchant_id: int, payment_id: int) -> list[ProofRow]:
    """The few of one payment, oldest first."""
    names = {"merchant": merchant_id, "payment": payment_id}
    text = f"{_SELECT} AND t.payment_id = %(payment)s ORDER BY t.proof_id"
    cursor = await connection.execute(query(text), names)
    return [ProofRow(*row) for row in await cursor.fetchall()]


async def given(connection: AsyncConnection, merchant_id: int, paid_id: int) -> int:
    """How many a payment or a top-up has."""
    cursor = await connection.execute(_GIVEN, (merchant_id, paid_id))
    row = await cursor.fetchone()
    return 0 if row is None else row[0]


async def proof(connection: AsyncConnection, merchant_id: int, proof_id: int) -> ProofRow | None:
    """The proof with this id, whatever became of its payment."""
    names = {"merchant": merchant_id, "proof": proof_id}
    cursor = await connection.execute(query(f"{_SELECT} AND t.proof_id = %(proof)s"), names)
    row = await cursor.fetchone()
    return None if row is None else ProofRow(*row)


async def content(connection: AsyncConnection, merchant_id: int, proof_id: int) -> bytes | None:
    """Its bytes, as they came."""
    cursor = await connection.execute(
        "SELECT content FROM payment_proofs WHERE merchant_id = %s AND proof_id = %s",
        (merchant_id, proof_id),
        binary=True,
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def forget(connection: AsyncConnection, older_than_days: int, limit: int) -> int:
    """Delete those whose payment ended so long ago; returns how many."""
    cursor = await connection.execute(query(_FORGET), {"days": older_than_days, "limit": limit})
    return cursor.rowcount
