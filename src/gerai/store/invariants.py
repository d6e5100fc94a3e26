"""What must always hold, as statements that find the rows for which it does not.

Asked by `gerai check`, by the benchmark after each run, and by tests. They read whole tables: not for the hot path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import Connection
from psycopg.rows import dict_row

#: Rows shown of a broken invariant.
_SHOWN: Final[LiteralString] = " LIMIT 20"


@dataclass(frozen=True)
class Invariant:
    """``sentence`` is what holds; ``sql`` answers the rows that contradict it, named by their keys."""

    name: str
    sentence: str
    sql: LiteralString


@dataclass(frozen=True)
class Broken:
    """An invariant that does not hold, with the first twenty of the rows concerned."""

    invariant: Invariant
    rows: list[dict[str, Any]]


INVARIANTS: Final = (
    Invariant(
        "transfers",
        "All transfers sum to zero: each debits one account and credits another of its merchant and environment, and "
        "each hold is resolved at most once, between the same accounts, for at most what was held.",
        """
        SELECT t.merchant_id, t.transfer_id, t.phase, t.amount_sen FROM transfers t
        LEFT JOIN accounts d ON (d.merchant_id, d.account_id) = (t.merchant_id, t.debit_account_id)
        LEFT JOIN accounts c ON (c.merchant_id, c.account_id) = (t.merchant_id, t.credit_account_id)
        LEFT JOIN transfers p ON (p.merchant_id, p.transfer_id) = (t.merchant_id, t.pending_id)
        WHERE d.environment IS DISTINCT FROM t.environment OR c.environment IS DISTINCT FROM t.environment
           OR (t.pending_id IS NOT NULL AND (p.phase, p.debit_account_id, p.credit_account_id, p.order_id)
               IS DISTINCT FROM ('pending', t.debit_account_id, t.credit_account_id, t.order_id))
           OR (t.phase = 'post' AND t.amount_sen > p.amount_sen) OR (t.phase = 'void' AND t.amount_sen <> p.amount_sen)
        """,
    ),
    Invariant(
        "wallets",
        "No wallet is below zero.",
        """
        SELECT merchant_id, account_id, credits_posted - debits_posted - debits_pending AS available_sen FROM accounts
        WHERE kind = 'wallet' AND credits_posted < debits_posted + debits_pending
        """,
    ),
    Invariant(
        "totals",
        "A wallet's stored totals equal the sums of its transfers.",
        """
        WITH posted AS (
            SELECT merchant_id, debit_account_id AS account_id, amount_sen AS debit, 0 AS credit, 0 AS held
            FROM transfers WHERE phase IN ('single', 'post')
            UNION ALL
            SELECT merchant_id, credit_account_id, 0, amount_sen, 0 FROM transfers WHERE phase IN ('single', 'post')
            UNION ALL
            SELECT h.merchant_id, h.debit_account_id, 0, 0, h.amount_sen
            FROM transfers h LEFT JOIN transfers r ON (r.merchant_id, r.pending_id) = (h.merchant_id, h.transfer_id)
            WHERE h.phase = 'pending' AND r.transfer_id IS NULL
        ), sums AS (
            SELECT merchant_id, account_id, sum(debit) AS debit, sum(credit) AS credit, sum(held) AS held
            FROM posted GROUP BY 1, 2
        )
        SELECT a.merchant_id, a.account_id, a.debits_posted, a.credits_posted, a.debits_pending,
               coalesce(s.debit, 0) AS debits, coalesce(s.credit, 0) AS credits, coalesce(s.held, 0) AS held
        FROM accounts a LEFT JOIN sums s USING (merchant_id, account_id)
        WHERE a.kind = 'wallet' AND (a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending)
              <> (coalesce(s.debit, 0), coalesce(s.credit, 0), coalesce(s.held, 0), 0)
        """,
    ),
    Invariant(
        "holds",
        "An order's money is held exactly while it is being worked on: an open hold belongs to an unfinished order and "
        "is its total; a finished order's hold is resolved for what was charged.",
        """
        SELECT o.merchant_id, o.order_id, o.status, o.total_sen, o.charged_sen, h.amount_sen AS held_sen, r.phase,
               r.amount_sen AS resolved_sen
        FROM orders o
        LEFT JOIN transfers h ON (h.merchant_id, h.transfer_id) = (o.merchant_id, o.held_transfer_id)
        LEFT JOIN transfers r ON (r.merchant_id, r.pending_id) = (h.merchant_id, h.transfer_id)
        WHERE o.funding = 'hold' AND (
              h.amount_sen IS DISTINCT FROM o.total_sen OR h.phase IS DISTINCT FROM 'pending'
           OR (o.status = 'processing') <> (r.phase IS NULL)
           OR (r.phase = 'post' AND r.amount_sen <> o.charged_sen) OR (r.phase = 'void' AND o.charged_sen <> 0)
           OR (r.phase IS NOT NULL AND o.charged_sen + o.refunded_sen < o.total_sen))
        UNION ALL
        SELECT h.merchant_id, h.order_id, NULL, NULL, NULL, h.amount_sen, h.phase, NULL FROM transfers h
        LEFT JOIN orders o USING (merchant_id, order_id)
        WHERE h.phase = 'pending' AND o.held_transfer_id IS DISTINCT FROM h.transfer_id
        """,
    ),
    Invariant(
        "invoices",
        "Every paid invoice has its payment, for its amount.",
        """
        SELECT i.merchant_id, i.invoice_id, i.number, i.amount_sen FROM invoices i WHERE i.status = 'paid'
        AND NOT EXISTS (SELECT FROM payments p WHERE (p.merchant_id, p.invoice_id) = (i.merchant_id, i.invoice_id)
                        AND p.status = 'completed' AND p.amount_sen = i.amount_sen)
        """,
    ),
    Invariant(
        "payments",
        "The refunds of a payment sum to at most what was paid, and a payment is called refunded when all of it was.",
        """
        SELECT merchant_id, payment_id, amount_sen, refunded_sen FROM payments
        WHERE refunded_sen > amount_sen OR (status = 'refunded') > (refunded_sen = amount_sen)
        """,
    ),
    Invariant(
        "events",
        "Every order has an event per state: the first says it was placed, each goes on where the one before ended, "
        "and the last one's state is the order's.",
        """
        WITH steps AS (
            SELECT merchant_id, order_id, event_id, name, facts ->> 'status' AS status, facts ->> 'was' AS was,
                   lag(facts ->> 'status') OVER w AS before, lead(event_id) OVER w IS NULL AS is_last
            FROM events WHERE order_id IS NOT NULL AND name LIKE 'order.%' AND facts ? 'status'
            WINDOW w AS (PARTITION BY merchant_id, order_id ORDER BY event_id)
        )
        SELECT o.merchant_id, o.order_id, o.status, s.name AS event, s.was, s.before
        FROM orders o LEFT JOIN steps s USING (merchant_id, order_id)
        WHERE s.event_id IS NULL OR s.was IS DISTINCT FROM s.before OR (s.before IS NULL AND s.name <> 'order.placed')
           OR (s.is_last AND s.status <> o.status)
        """,
    ),
    Invariant(
        "stock",
        "What a warehouse has promised is the sum of its open orders' lines.",
        """
        WITH promised AS (
            SELECT l.merchant_id, l.stock_id, sum(l.quantity) AS quantity FROM order_lines l
            JOIN orders o USING (merchant_id, order_id)
            WHERE l.stock_id IS NOT NULL
              AND o.status NOT IN ('shipped', 'completed', 'cancelled', 'expired', 'failed', 'returned', 'closed')
            GROUP BY 1, 2
        )
        SELECT s.merchant_id, s.stock_id, s.reserved, coalesce(p.quantity, 0) AS promised
        FROM stock s LEFT JOIN promised p USING (merchant_id, stock_id) WHERE s.reserved <> coalesce(p.quantity, 0)
        """,
    ),
)


def broken(connection: Connection) -> list[Broken]:
    """Ask all of them on one snapshot, so that orders placed meanwhile confuse nothing. Empty: the books are right."""
    found: list[Broken] = []
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for invariant in INVARIANTS:
            rows = cursor.execute(invariant.sql + _SHOWN).fetchall()
            if rows:
                found.append(Broken(invariant, rows))
    return found
