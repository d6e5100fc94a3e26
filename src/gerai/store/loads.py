"""What a batch reads before it decides, and every row lock in the system.

Locks are taken in one global order: tables as :mod:`gerai.engine.loading` asks for them, keys ascending, one merchant
per statement (merchants ascending). Nothing else in the code base locks a row.
"""

from __future__ import annotations

from typing import Any, Final

from gerai.store.table import Table
from gerai.store.tables import (
    ACCOUNTS,
    ARRIVALS,
    ATTEMPTS,
    CODE_DELIVERIES,
    CODE_POOLS,
    DEPOSITS,
    EVENTS,
    EXPECTED,
    FULFILMENTS,
    IDEMPOTENCY,
    INVOICES,
    LICENCE_CODES,
    LINES,
    MEMBERS,
    NOTICE_SOURCES,
    NOTICES,
    ORDERS,
    PAYMENTS,
    PAYOUTS,
    PROOFS,
    RECEIVING,
    REFUND_TASKS,
    SHIPMENTS,
    STOCK,
)

ACCOUNTS_BY_ID: Final = f"""
SELECT {ACCOUNTS.select_list} FROM accounts t
WHERE t.merchant_id = %b AND t.account_id = ANY(%b::int8[])
ORDER BY t.account_id FOR UPDATE""".encode()

#: The wallets of orders, whose ids the caller does not know yet, besides those named directly.
ACCOUNTS_BY_ORDER: Final = f"""
SELECT {ACCOUNTS.select_list} FROM accounts t
JOIN (SELECT unnest(%b::int8[]) AS account_id
      UNION SELECT o.account_id FROM orders o WHERE o.merchant_id = %b AND o.order_id = ANY(%b::int8[])) w
  ON w.account_id = t.account_id
WHERE t.merchant_id = %b
ORDER BY t.account_id FOR UPDATE OF t""".encode()

#: The wallets of orders and of deposits, besides those named directly.
ACCOUNTS_BY_DEPOSIT: Final = f"""
SELECT {ACCOUNTS.select_list} FROM accounts t
JOIN (SELECT unnest(%b::int8[]) AS account_id
      UNION SELECT o.account_id FROM orders o WHERE o.merchant_id = %b AND o.order_id = ANY(%b::int8[])
      UNION SELECT d.account_id FROM deposits d WHERE d.merchant_id = %b AND d.deposit_id = ANY(%b::int8[])) w
  ON w.account_id = t.account_id
WHERE t.merchant_id = %b
ORDER BY t.account_id FOR UPDATE OF t""".encode()

STOCK_BY_ID: Final = f"""
SELECT {STOCK.select_list} FROM stock t
WHERE t.merchant_id = %b AND t.stock_id = ANY(%b::int8[])
ORDER BY t.stock_id FOR UPDATE""".encode()

STOCK_BY_ORDER: Final = f"""
SELECT {STOCK.select_list} FROM stock t
JOIN (SELECT unnest(%b::int8[]) AS stock_id
      UNION SELECT l.stock_id FROM order_lines l WHERE l.merchant_id = %b AND l.order_id = ANY(%b::int8[])) w
  ON w.stock_id = t.stock_id
WHERE t.merchant_id = %b
ORDER BY t.stock_id FOR UPDATE OF t""".encode()

#: An order's lock stands for all that hangs on it: lines, invoice, payments, fulfilment, shipment.
ORDERS_BY_ID: Final = f"""
SELECT {ORDERS.select_list} FROM orders t
WHERE t.merchant_id = %b AND t.order_id = ANY(%b::int8[])
ORDER BY t.order_id FOR UPDATE""".encode()


def _of_orders(table: Table[Any], order_id: str, order_by: str) -> bytes:
    """Rows that belong to orders; the order's lock protects them."""
    return f"""
SELECT {table.select_list} FROM {table.name} t
WHERE t.merchant_id = %b AND t.{order_id} = ANY(%b::int8[])
ORDER BY {order_by}""".encode()


# An invoice, a fulfilment and a shipment have their order's id as their own (a CHECK holds that): asked by their keys,
# they need no second index.
LINES_BY_ORDER: Final = _of_orders(LINES, "order_id", "t.order_id, t.line_no")
INVOICES_BY_ORDER: Final = _of_orders(INVOICES, "invoice_id", "t.invoice_id")
PAYMENTS_BY_ORDER: Final = _of_orders(PAYMENTS, "order_id", "t.order_id, t.payment_id")
FULFILMENTS_BY_ORDER: Final = _of_orders(FULFILMENTS, "fulfilment_id", "t.fulfilment_id")
SHIPMENTS_BY_ORDER: Final = _of_orders(SHIPMENTS, "shipment_id", "t.shipment_id")

#: What was said so far about the parcels of orders.
PARCEL_EVENTS_BY_ORDER: Final = f"""
SELECT {EVENTS.select_list} FROM events t
WHERE t.merchant_id = %b AND t.order_id = ANY(%b::int8[]) AND starts_with(t.name, 'shipment.')
ORDER BY t.order_id, t.event_id""".encode()

#: What became of orders and of their payment so far.
STATE_EVENTS_BY_ORDER: Final = f"""
SELECT {EVENTS.select_list} FROM events t
WHERE t.merchant_id = %b AND t.order_id = ANY(%b::int8[])
  AND (starts_with(t.name, 'order.') OR starts_with(t.name, 'invoice.'))
ORDER BY t.order_id, t.event_id""".encode()

#: Without their content, which nobody decides by; the order's lock protects them.
PROOFS_BY_PAYMENT: Final = f"""
SELECT {PROOFS.select_list.replace("t.content", "''::bytea")} FROM payment_proofs t
WHERE t.merchant_id = %b AND t.payment_id = ANY(%b::int8[])""".encode()

#: Without a lock of their own: their order's protects them, or their deposit's.
REFUND_TASKS_BY_ID: Final = f"""
SELECT {REFUND_TASKS.select_list} FROM refund_tasks t
WHERE t.merchant_id = %b AND t.task_id = ANY(%b::int8[])""".encode()

DEPOSITS_BY_ID: Final = f"""
SELECT {DEPOSITS.select_list} FROM deposits t
WHERE t.merchant_id = %b AND t.deposit_id = ANY(%b::int8[])
ORDER BY t.deposit_id FOR UPDATE""".encode()

RECEIVING_BY_ID: Final = f"""
SELECT {RECEIVING.select_list} FROM receiving_accounts t
WHERE t.merchant_id = %b AND t.receiving_id = ANY(%b::int8[])
ORDER BY t.receiving_id FOR UPDATE""".encode()

#: What may come into accounts, near the amounts somebody wants; the accounts' locks protect them.
EXPECTED_NEAR: Final = f"""
SELECT {EXPECTED.select_list} FROM expected_amounts t
JOIN unnest(%b::int8[], %b::int8[], %b::int8[]) AS n(receiving_id, least_sen, most_sen)
  ON n.receiving_id = t.receiving_id AND t.amount_sen BETWEEN n.least_sen AND n.most_sen
WHERE t.merchant_id = %b""".encode()

ARRIVALS_BY_ID: Final = f"""
SELECT {ARRIVALS.select_list} FROM arrivals t
WHERE t.merchant_id = %b AND t.arrival_id = ANY(%b::int8[])
ORDER BY t.arrival_id FOR UPDATE""".encode()

#: Without a lock of their own: the account's protects what comes into it.
ARRIVALS_BY_KEY: Final = f"""
SELECT {ARRIVALS.select_list} FROM arrivals t
JOIN unnest(%b::int8[], %b::text[]) AS n(receiving_id, arrival_key)
  ON n.receiving_id = t.receiving_id AND n.arrival_key = t.arrival_key
WHERE t.merchant_id = %b""".encode()

#: Without a lock of their own: their order's protects them, or their deposit's.
ATTEMPTS_BY_PAYMENT: Final = f"""
SELECT {ATTEMPTS.select_list} FROM gateway_attempts t
WHERE t.merchant_id = %b AND t.payment_id = ANY(%b::int8[])""".encode()

#: Without a lock: of two rivals with one reference, the unique index refuses the second, who is decided again.
PAYOUTS_BY_REFERENCE: Final = f"""
SELECT {PAYOUTS.select_list} FROM payouts t
JOIN unnest(%b::int8[], %b::text[]) AS n(contract_id, reference)
  ON n.contract_id = t.contract_id AND n.reference = t.reference
WHERE t.merchant_id = %b""".encode()

NOTICE_SOURCES_BY_ID: Final = f"""
SELECT {NOTICE_SOURCES.select_list} FROM notice_sources t
WHERE t.merchant_id = %b AND t.source_id = ANY(%b::int8[])
ORDER BY t.source_id FOR UPDATE""".encode()

NOTICES_BY_ID: Final = f"""
SELECT {NOTICES.select_list} FROM notices t
WHERE t.merchant_id = %b AND t.notice_id = ANY(%b::int8[])
ORDER BY t.notice_id FOR UPDATE""".encode()

#: Without a lock of their own: their source's protects them.
NOTICES_BY_DIGEST: Final = f"""
SELECT {NOTICES.select_list} FROM notices t
JOIN unnest(%b::int8[], %b::bytea[]) AS n(source_id, digest) ON n.source_id = t.source_id AND n.digest = t.digest
WHERE t.merchant_id = %b""".encode()

#: Members by any of their three handles; of those who share a mobile the first alone. No lock: two rivals creating one
#: meet at a unique index.
MEMBERS_BY_CONTACT: Final = f"""
SELECT {MEMBERS.select_list} FROM members t
WHERE t.merchant_id = %b AND t.environment = %b AND t.channel = %b
  AND (t.public_id = ANY(%b::text[])
       OR (t.email <> '' AND lower(t.email COLLATE "C") = ANY(%b::text[]))
       OR t.member_id = ANY(ARRAY(
           SELECT (SELECT m.member_id FROM members m
                   WHERE m.merchant_id = %b AND m.environment = %b AND m.channel = %b
                     AND m.mobile = w.mobile AND m.mobile <> '' ORDER BY m.member_id LIMIT 1)
           FROM unnest(%b::text[]) AS w(mobile))))
ORDER BY t.member_id""".encode()

#: A pool's lock stands for its codes: whoever loads, gives or withdraws any holds it.
CODE_POOLS_BY_ID: Final = f"""
SELECT {CODE_POOLS.select_list} FROM code_pools t
WHERE t.merchant_id = %b AND t.pool_id = ANY(%b::int8[])
ORDER BY t.pool_id FOR UPDATE""".encode()

#: The next free ones of pools that are locked, so many of each, the oldest first.
FREE_CODES: Final = f"""
SELECT {LICENCE_CODES.select_list} FROM unnest(%b::int8[], %b::int8[]) AS n(pool_id, wanted)
CROSS JOIN LATERAL (SELECT * FROM licence_codes c
                    WHERE c.merchant_id = %b AND c.pool_id = n.pool_id AND c.status = 'free'
                    ORDER BY c.code_id LIMIT n.wanted) t
ORDER BY t.pool_id, t.code_id""".encode()

#: Their order's lock protects them.
CODE_DELIVERIES_BY_ORDER: Final = _of_orders(CODE_DELIVERIES, "order_id", "t.order_id")

#: Without a lock: of two rivals with one key, the unique index refuses the second, who is decided again.
IDEMPOTENCY_BY_KEY: Final = f"""
SELECT {IDEMPOTENCY.select_list} FROM idempotency_keys t
JOIN unnest(%b::int8[], %b::text[], %b::text[], %b::text[], %b::text[])
  AS n(merchant_id, environment, owner, operation, key)
USING (merchant_id, environment, owner, operation, key)""".encode()

#: The queue's own function, once for all jobs of a batch and inside its transaction. The queue hands out what is due by
#: the database's clock, so that clock says when, too: one that is wrong here for a moment delays nothing. A single job
#: that runs counts as well: were another one waiting, the first could not return to the queue when it fails.
DEFER_JOBS: Final = b"""
SELECT procrastinate_defer_jobs_v1(array_agg(
    ROW(n.queue, n.task, 0, n.lock, n.single, n.args::jsonb, now() + n.delay_ms * interval '1 millisecond')
    ::procrastinate_job_to_defer_v1))
FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::int8[], %b::text[])
     AS n(queue, task, lock, args, delay_ms, single)
WHERE n.single IS NULL
   OR NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.queueing_lock = n.single AND j.status = 'todo')
  AND NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.lock = n.single AND j.status = 'doing')
HAVING count(*) > 0"""

NEXT_ID_BLOCKS: Final = "SELECT nextval('gerai_ids') FROM generate_series(1, %b::int4)"
