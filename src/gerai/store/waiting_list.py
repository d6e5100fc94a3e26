"""Everything of one merchant and environment that waits for a person, of whatever kind, in one list; and how much of it
there is.

Each kind stands on a partial index of hardly more than its rows. No more than :data:`MOST` of a kind are read, the
oldest by their number. Where an index holds more than what waits (proofs, faults of gateways), the newest
:data:`LOOKED_THROUGH` of the environment are looked through, of the newest :data:`WALKED` of both; whether there may be
more behind them is said with the count.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import args_row

from gerai.domain.payment_status import CAME, DEPOSIT_CAME, DEPOSIT_MAY_COME, MAY_COME
from gerai.domain.records import ASKED_SEN
from gerai.domain.webhooks import GONE
from gerai.store.conditions import listed, query

#: Of one kind.
MOST: Final = 1_000
LOOKED_THROUGH: Final = 500
WALKED: Final = 5_000

_HERE: Final = "t.merchant_id = %(merchant)s AND t.environment = %(environment)s"
#: Only real money comes into real accounts.
_REAL: Final = "t.merchant_id = %(merchant)s AND %(environment)s = 'production'"
_ASKED: Final = f"(t.failure ->> '{ASKED_SEN}')::int8"
#: By which payment, or deposit, a row is named.
_OF_PAID: Final = "t.order_id, t.payment_id"
_NO_PAID: Final = "NULL::int8, NULL::int8"
_TOOK: Final = "coalesce(t.completed_at, t.updated_at)"
_LATE: Final = f"FROM payments t WHERE {_HERE} AND t.status = 'late'"
_OWED: Final = f"FROM refund_tasks t WHERE {_HERE} AND t.ended_at IS NULL"
_LATE_DEPOSIT: Final = f"FROM deposits t WHERE {_HERE} AND t.status = 'late'"
_ALL_FAULTS: Final = f"""
SELECT * FROM gateway_attempts t WHERE t.merchant_id = %(merchant)s AND t.fault <> ''
ORDER BY t.payment_id DESC LIMIT {WALKED}"""
#: Of orders' payments, and of top-ups.
_PAYMENT_FAULTS: Final = f"""
SELECT * FROM ({_ALL_FAULTS}) t WHERE t.environment = %(environment)s AND t.order_id IS NOT NULL
LIMIT {LOOKED_THROUGH}"""
_TOP_UP_FAULTS: Final = f"""
SELECT * FROM ({_ALL_FAULTS}) t WHERE t.environment = %(environment)s AND t.order_id IS NULL LIMIT {LOOKED_THROUGH}"""
_ALL_PROOFS: Final = f"""
SELECT t.proof_id, t.payment_id, t.uploaded_at, t.merchant_id FROM payment_proofs t
WHERE t.merchant_id = %(merchant)s ORDER BY t.proof_id DESC LIMIT {WALKED}"""
_PROOFS: Final = f"""
SELECT t.proof_id, t.uploaded_at, t.merchant_id, x.* FROM ({_ALL_PROOFS}) t CROSS JOIN LATERAL
     (SELECT p.payment_id, p.order_id, p.environment, p.status, p.amount_sen + p.fee_sen + p.matching_sen AS asked_sen
      FROM payments p WHERE p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id OFFSET 0) x
WHERE x.environment = %(environment)s LIMIT {LOOKED_THROUGH}"""
_TOP_UP_PROOFS: Final = f"""
SELECT t.proof_id, t.uploaded_at, x.* FROM ({_ALL_PROOFS}) t CROSS JOIN LATERAL
     (SELECT d.deposit_id, d.environment, d.status, d.pay_sen
      FROM deposits d WHERE d.merchant_id = t.merchant_id AND d.deposit_id = t.payment_id OFFSET 0) x
WHERE x.environment = %(environment)s LIMIT {LOOKED_THROUGH}"""
#: A start that came to nothing is worth a look for a day.
_WORTH_A_LOOK: Final = (
    "NOT (t.status = 'ended' AND t.reference = '' AND x.status = 'failed' AND t.updated_at < now() - interval '1 day')"
)

#: By kind: id, since, amount, the order, the payment or deposit, what else names it, what is said of it, another
#: amount or number. The planner takes what these indexes hold for many and would read whole tables beside it: OFFSET 0
#: has each row looked up by its key.
PARTS: Final[dict[str, str]] = {
    "late_payment": f"SELECT t.payment_id, {_TOOK}, t.amount_sen, {_OF_PAID}, '', '', NULL::int8 {_LATE} "
    f"AND {_ASKED} IS NULL ORDER BY t.payment_id",
    "other_amount": f"SELECT t.payment_id, {_TOOK}, t.amount_sen, {_OF_PAID}, '', '', {_ASKED} {_LATE} "
    f"AND {_ASKED} IS NOT NULL ORDER BY t.payment_id",
    "ended_order": f"""
SELECT p.payment_id, t.updated_at, p.amount_sen - p.refunded_sen, t.order_id, p.payment_id, '', t.status, NULL::int8
FROM orders t CROSS JOIN LATERAL
     (SELECT * FROM payments p WHERE p.merchant_id = t.merchant_id AND p.order_id = t.order_id
        AND p.status = 'completed' AND p.amount_sen > p.refunded_sen OFFSET 0) p
WHERE {_HERE} AND t.status IN ('cancelled', 'failed', 'returned') AND t.charged_sen > t.refunded_sen
ORDER BY t.order_id""",
    "refund_to_send": f"SELECT t.task_id, t.created_at, t.amount_sen, {_OF_PAID}, '', t.fault, NULL::int8 {_OWED} "
    "AND t.status = 'open' AND t.denials = 0 ORDER BY t.task_id",
    "refund_refused": f"SELECT t.task_id, t.created_at, t.amount_sen, {_OF_PAID}, '', t.fault, NULL::int8 {_OWED} "
    "AND t.status = 'open' AND t.denials > 0 ORDER BY t.task_id",
    "refund_unclear": f"SELECT t.task_id, t.created_at, t.amount_sen, {_OF_PAID}, '', t.fault, NULL::int8 {_OWED} "
    "AND t.status = 'sending' AND t.fault <> '' ORDER BY t.task_id",
    "late_top_up": "SELECT t.deposit_id, coalesce(t.held_at, t.updated_at), t.pay_sen, NULL::int8, t.deposit_id, '', "
    f"'', NULL::int8 {_LATE_DEPOSIT} AND t.came_sen IS NULL ORDER BY t.deposit_id",
    "other_top_up": f"""
(SELECT t.deposit_id, coalesce(t.held_at, t.updated_at), t.came_sen, NULL::int8, t.deposit_id, '', '', t.pay_sen
 {_LATE_DEPOSIT} AND t.came_sen IS NOT NULL ORDER BY t.deposit_id LIMIT {MOST})
UNION ALL
(SELECT t.payment_id, t.updated_at, t.paid_sen, NULL::int8, t.payment_id, '', '', x.pay_sen
 FROM ({_TOP_UP_FAULTS}) t CROSS JOIN LATERAL
     (SELECT d.* FROM deposits d WHERE d.merchant_id = t.merchant_id AND d.deposit_id = t.payment_id OFFSET 0) x
 WHERE t.status = 'mismatch' AND x.status NOT IN ({listed(DEPOSIT_CAME)}))""",
    "payment_fault": f"""
SELECT t.payment_id, t.updated_at, x.amount_sen + x.fee_sen + x.matching_sen, {_OF_PAID}, t.reference, t.fault,
       t.paid_sen
FROM ({_PAYMENT_FAULTS}) t CROSS JOIN LATERAL
     (SELECT p.* FROM payments p WHERE p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id OFFSET 0) x
WHERE {_WORTH_A_LOOK}
  AND NOT (t.status = 'mismatch' AND x.status IN ({listed(CAME)}))""",
    "top_up_fault": f"""
SELECT t.payment_id, t.updated_at, x.pay_sen, {_OF_PAID}, t.reference, t.fault, NULL::int8
FROM ({_TOP_UP_FAULTS}) t CROSS JOIN LATERAL
     (SELECT d.* FROM deposits d WHERE d.merchant_id = t.merchant_id AND d.deposit_id = t.payment_id OFFSET 0) x
WHERE t.status <> 'mismatch' AND {_WORTH_A_LOOK}""",
    "arrival": f"SELECT t.arrival_id, t.arrived_at, t.amount_sen, {_NO_PAID}, '', t.description, NULL::int8 "
    f"FROM arrivals t WHERE {_REAL} AND t.status = 'waiting' ORDER BY t.arrival_id",
    "notice": f"SELECT t.notice_id, t.created_at, NULL::int8, {_NO_PAID}, '', t.fault, NULL::int8 "
    f"FROM notices t WHERE {_REAL} AND t.status IN ('received', 'waiting') AND t.status = 'waiting' "
    "ORDER BY t.notice_id",
    "proof": f"""
SELECT t.proof_id, t.uploaded_at, t.asked_sen, t.order_id, t.payment_id, '', '', NULL::int8 FROM ({_PROOFS}) t
WHERE t.status IN ({listed(MAY_COME)})
  AND NOT EXISTS (SELECT FROM payments came WHERE came.merchant_id = t.merchant_id AND came.order_id = t.order_id
                  AND came.status IN ({listed(CAME)}))""",
    "top_up_proof": f"""
SELECT t.proof_id, t.uploaded_at, t.pay_sen, NULL::int8, t.deposit_id, '', '', NULL::int8 FROM ({_TOP_UP_PROOFS}) t
WHERE t.status IN ({listed(DEPOSIT_MAY_COME)})""",
    "provider_unknown": f"""
SELECT t.order_id, x.updated_at, x.total_sen, t.order_id, NULL::int8, t.provider, '', t.attempts::int8
FROM fulfilments t CROSS JOIN LATERAL
     (SELECT o.* FROM orders o WHERE o.merchant_id = t.merchant_id AND o.order_id = t.order_id OFFSET 0) x
WHERE {_HERE} AND t.status = 'unknown' AND x.status = 'processing' ORDER BY t.order_id""",
    "book_fault": f"""
SELECT t.broken_id, t.since, NULL::int8, {_NO_PAID}, t.invariant, '', t.broken_rows::int8
FROM broken_books t WHERE {_HERE} ORDER BY t.broken_id""",
    "webhook": f"""
SELECT t.endpoint_id, t.updated_at, NULL::int8, {_NO_PAID}, t.url, t.reason, t.failures::int8
FROM webhook_endpoints t WHERE {_HERE}
  AND (t.status = 'active' AND t.paused_until IS NOT NULL OR t.status = 'disabled' AND t.reason = '{GONE}')
ORDER BY t.endpoint_id""",
    "low_stock": f"""
SELECT t.stock_id, t.updated_at, NULL::int8, {_NO_PAID}, t.item_id::text, t.warehouse_id::text,
       (t.on_hand - t.reserved)::int8
FROM stock t WHERE {_HERE} AND t.low_at IS NOT NULL AND t.on_hand - t.reserved <= t.low_at
ORDER BY t.item_id, t.warehouse_id""",
    "codes_out": f"""
SELECT t.order_id, t.created_at, NULL::int8, t.order_id, NULL::int8, t.variant_id::text, '', NULL::int8
FROM code_deliveries t CROSS JOIN LATERAL
     (SELECT o.* FROM orders o WHERE o.merchant_id = t.merchant_id AND o.order_id = t.order_id OFFSET 0) x
WHERE {_HERE} AND t.status = 'waiting' AND x.status NOT IN ('cancelled', 'expired', 'failed', 'returned')
  AND (x.charged_sen = 0 OR x.charged_sen > x.refunded_sen)
ORDER BY t.order_id""",
    "low_codes": f"""
SELECT t.variant_id, t.updated_at, NULL::int8, {_NO_PAID}, t.variant_id::text, '', t.free
FROM code_pools t WHERE {_HERE} AND t.low_at IS NOT NULL AND t.free <= t.low_at
ORDER BY t.variant_id""",
}
_NAMES: Final = "id, since, amount_sen, order_id, paid_id, name, detail, other"
#: Only the rows of the page are given their order's number, and their payment's or deposit's code and method.
_PAGE: Final = """
SELECT w.kind, w.id, w.since, w.amount_sen, w.order_id, coalesce(o.number, ''),
       coalesce(p.public_id, d.public_id, ''), coalesce(p.method, d.method, ''), w.name, w.detail, w.other
FROM (SELECT * FROM ({parts}) w
      WHERE (%(since)s::timestamptz IS NULL OR (w.since, w.kind, w.id) > (%(since)s, %(kind)s::text, %(id)s))
      ORDER BY w.since, w.kind, w.id LIMIT %(limit)s) w
LEFT JOIN LATERAL (SELECT o.number FROM orders o
                   WHERE o.merchant_id = %(merchant)s AND o.order_id = w.order_id OFFSET 0) o ON true
LEFT JOIN LATERAL (SELECT p.public_id, p.method FROM payments p
                   WHERE p.merchant_id = %(merchant)s AND p.payment_id = w.paid_id OFFSET 0) p ON true
LEFT JOIN LATERAL (SELECT d.public_id, d.method FROM deposits d
                   WHERE d.merchant_id = %(merchant)s AND d.deposit_id = w.paid_id OFFSET 0) d ON true
ORDER BY w.since, w.kind, w.id"""
_COUNTS: Final = """
SELECT w.kind, count(*), coalesce(sum(w.amount_sen), 0)::int8, min(w.since) FROM ({parts}) w GROUP BY w.kind"""
#: By kind whether looking through its index ended at a bound.
_MANY_FAULTS: Final = f"(SELECT count(*) FROM ({_ALL_FAULTS}) x) >= {WALKED}"
_MANY_PROOFS: Final = f"(SELECT count(*) FROM ({_ALL_PROOFS}) x) >= {WALKED}"
_BOUNDED: Final = f"""
SELECT (SELECT count(*) FROM ({_PROOFS}) x) >= {LOOKED_THROUGH} OR {_MANY_PROOFS},
       (SELECT count(*) FROM ({_TOP_UP_PROOFS}) x) >= {LOOKED_THROUGH} OR {_MANY_PROOFS},
       (SELECT count(*) FROM ({_PAYMENT_FAULTS}) x) >= {LOOKED_THROUGH} OR {_MANY_FAULTS},
       (SELECT count(*) FROM ({_TOP_UP_FAULTS}) x) >= {LOOKED_THROUGH} OR {_MANY_FAULTS}"""


class WaitingThing(NamedTuple):
    """``paid``: the code of the payment or deposit that it is about; ``name``, ``detail`` and ``other`` say more, as
    each kind has it: an endpoint's address, what the bank or a gateway says, the amount that was asked for."""

    kind: str
    id: int
    since: datetime
    amount_sen: int | None
    order_id: int | None
    order_number: str
    paid: str
    method: str
    name: str
    detail: str
    other: int | None


class WaitingCount(NamedTuple):
    """How many of a kind wait, no further counted than :data:`MOST`, and what they are together; ``capped``: there may
    be more."""

    kind: str
    many: int
    amount_sen: int
    since: datetime
    capped: bool


async def things(
    connection: AsyncConnection,
    merchant_id: int,
    environment: str,
    kinds: Collection[str],
    after: tuple[datetime, str, int] | None,
    limit: int,
) -> list[WaitingThing]:
    """Those of these kinds behind ``after`` (since, kind, id), what waits longest first."""
    since, kind, id_ = after or (None, "", 0)
    names = {
        "merchant": merchant_id, "environment": environment, "since": since, "kind": kind, "id": id_, "limit": limit,
    }  # fmt: skip
    async with connection.cursor(row_factory=args_row(WaitingThing)) as cursor:
        await cursor.execute(query(_PAGE.format(parts=_parts(kinds))), names)
        return await cursor.fetchall()


async def counts(connection: AsyncConnection, merchant_id: int, environment: str) -> list[WaitingCount]:
    """Of every kind that has any."""
    names = {"merchant": merchant_id, "environment": environment}
    cursor = await connection.execute(query(_COUNTS.format(parts=_parts(PARTS))), names)
    found = await cursor.fetchall()
    cursor = await connection.execute(query(_BOUNDED), names)
    proofs, top_up_proofs, payments, top_ups = (await cursor.fetchall())[0]
    bounded = {
        "proof": proofs, "top_up_proof": top_up_proofs, "payment_fault": payments, "top_up_fault": top_ups,
        "other_top_up": top_ups,
    }  # fmt: skip
    return [
        WaitingCount(kind, many, sen, since, many >= MOST or bounded.get(kind, False))
        for kind, many, sen, since in found
    ]


def _parts(kinds: Collection[str]) -> str:
    chosen: Sequence[str] = [kind for kind in PARTS if kind in kinds]
    return " UNION ALL ".join(
        f"(SELECT '{kind}'::text AS kind, x.* FROM (({PARTS[kind]}) LIMIT {MOST}) AS x({_NAMES}))" for kind in chosen
    )
