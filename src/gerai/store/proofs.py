"""What payers sent to show that they transferred, read without a lock; and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.payment_status import CAME, MAY_COME
from gerai.store.conditions import listed, query

_SELECT: Final = """
SELECT t.proof_id, o.number, p.public_id, p.status, p.method, p.channel_code, p.amount_sen + p.fee_sen + p.matching_sen,
       t.kind, t.size_bytes, t.digest, t.uploaded_at
FROM payment_proofs t
JOIN payments p ON p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id
JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id
WHERE t.merchant_id = %(merchant)s"""
#: No money is known to have come for its order.
_WAITING: Final = f"""{_SELECT} AND p.status IN ({listed(MAY_COME)})
  AND NOT EXISTS (SELECT FROM payments came WHERE came.merchant_id = p.merchant_id AND came.order_id = p.order_id
                  AND came.status IN ({listed(CAME)}))
ORDER BY t.proof_id DESC LIMIT %(limit)s"""
#: The age of the proof counts, too: one that came long after its payment ended is kept as long as any other.
_FORGET: Final = """
DELETE FROM payment_proofs WHERE ctid IN
    (SELECT t.ctid FROM payment_proofs t
     JOIN payments p ON p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id
     WHERE t.uploaded_at < now() - %(days)s * interval '1 day' AND p.updated_at < now() - %(days)s * interval '1 day'
       AND p.status <> 'processing'
     LIMIT %(limit)s)"""


class ProofRow(NamedTuple):
    """A proof with what it is to show, without its content. ``asked_sen``: what its payer was asked for."""

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


async def waiting(connection: AsyncConnection, merchant_id: int, limit: int) -> list[ProofRow]:
    """Those of orders for which no money came yet, newest first."""
    cursor = await connection.execute(query(_WAITING), {"merchant": merchant_id, "limit": limit})
    return [ProofRow(*row) for row in await cursor.fetchall()]


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
