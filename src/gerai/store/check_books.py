"""What must be true of the books: transfers, holds, wallets, and the money of payments and what waits or goes back."""

from __future__ import annotations

from typing import Final

from gerai.store.invariant import Invariant

_TRANSFERS_BALANCE: Final = """
SELECT t.merchant_id, t.transfer_id, t.environment, t.phase, t.debit_account_id, t.credit_account_id, t.amount_sen
FROM {transfers} t
LEFT JOIN {accounts} d
  ON d.merchant_id = t.merchant_id AND d.account_id = t.debit_account_id AND d.environment = t.environment
LEFT JOIN {accounts} c
  ON c.merchant_id = t.merchant_id AND c.account_id = t.credit_account_id AND c.environment = t.environment
WHERE d.account_id IS NULL OR c.account_id IS NULL OR t.debit_account_id = t.credit_account_id OR t.amount_sen <= 0
ORDER BY t.merchant_id, t.transfer_id"""

_HOLDS_RESOLVED_ONCE: Final = """
SELECT r.merchant_id, r.pending_id, r.transfer_id, r.phase, r.amount_sen, h.amount_sen AS held_sen, r.times
FROM (SELECT t.*, count(*) OVER (PARTITION BY t.merchant_id, t.pending_id) AS times
      FROM {transfers} t WHERE t.phase IN ('post', 'void') OR t.pending_id IS NOT NULL) r
LEFT JOIN {transfers} h
  ON h.merchant_id = r.merchant_id AND h.transfer_id = r.pending_id AND h.phase = 'pending'
 AND (h.environment, h.debit_account_id, h.credit_account_id)
   = (r.environment, r.debit_account_id, r.credit_account_id)
WHERE h.transfer_id IS NULL OR r.phase NOT IN ('post', 'void') OR r.times > 1
   OR r.amount_sen > h.amount_sen OR (r.phase = 'void' AND r.amount_sen <> h.amount_sen)
ORDER BY r.merchant_id, r.transfer_id"""

_WALLET_NOT_BELOW_ZERO: Final = """
SELECT a.merchant_id, a.account_id, a.environment, a.member_id,
       a.credits_posted::numeric - a.debits_posted - a.debits_pending AS available_sen
FROM {accounts} a
WHERE a.kind = 'wallet' AND a.credits_posted < a.debits_posted::numeric + a.debits_pending
ORDER BY a.merchant_id, a.account_id"""

#: Totals are kept for wallets only; the other accounts are summed when somebody asks and store nothing.
_HELD_IS_OPEN_HOLDS: Final = """
SELECT a.merchant_id, a.account_id, a.kind, a.debits_pending, a.credits_pending,
       coalesce(h.held_sen, 0) AS open_holds_sen
FROM {accounts} a
LEFT JOIN (SELECT p.merchant_id, p.debit_account_id AS account_id, sum(p.amount_sen) AS held_sen
           FROM {transfers} p
           WHERE p.phase = 'pending' AND NOT EXISTS
             (SELECT FROM {transfers} r WHERE r.merchant_id = p.merchant_id AND r.pending_id = p.transfer_id)
           GROUP BY 1, 2) h
  ON h.merchant_id = a.merchant_id AND h.account_id = a.account_id AND a.kind = 'wallet'
WHERE a.debits_pending <> coalesce(h.held_sen, 0) OR a.credits_pending <> 0
ORDER BY a.merchant_id, a.account_id"""

_TOTALS_RECOMPUTED: Final = """
SELECT a.merchant_id, a.account_id, a.kind, a.credits_posted, a.debits_posted,
       coalesce(c.sen, 0) AS credits_recomputed, coalesce(d.sen, 0) AS debits_recomputed
FROM {accounts} a
LEFT JOIN (SELECT t.merchant_id, t.credit_account_id AS account_id, sum(t.amount_sen) AS sen
           FROM {transfers} t WHERE t.phase IN ('single', 'post') GROUP BY 1, 2) c
  ON c.merchant_id = a.merchant_id AND c.account_id = a.account_id AND a.kind = 'wallet'
LEFT JOIN (SELECT t.merchant_id, t.debit_account_id AS account_id, sum(t.amount_sen) AS sen
           FROM {transfers} t WHERE t.phase IN ('single', 'post') GROUP BY 1, 2) d
  ON d.merchant_id = a.merchant_id AND d.account_id = a.account_id AND a.kind = 'wallet'
WHERE a.credits_posted <> coalesce(c.sen, 0) OR a.debits_posted <> coalesce(d.sen, 0)
ORDER BY a.merchant_id, a.account_id"""

#: A payment from a wallet is the order's own transfer and is not booked a second time. One that was taken back is
#: booked in and out, and may still arrive later; money that came late may go on without ever having been booked.
_PAYMENTS_BOOKED: Final = """
SELECT p.merchant_id, p.payment_id, p.public_id, p.method, p.status, p.amount_sen, p.refunded_sen,
       coalesce(t.booked_sen, 0) AS booked_sen, coalesce(t.returned_sen, 0) AS returned_sen
FROM {payments} p
LEFT JOIN (SELECT t.merchant_id, t.payment_id,
                  sum(t.amount_sen) FILTER (WHERE t.reason = 'payment') AS booked_sen,
                  sum(CASE t.reason WHEN 'refund' THEN t.amount_sen ELSE -t.amount_sen END)
                    FILTER (WHERE t.reason IN ('refund', 'refund_withdrawn')) AS returned_sen
           FROM {transfers} t WHERE t.payment_id IS NOT NULL GROUP BY 1, 2) t
  ON t.merchant_id = p.merchant_id AND t.payment_id = p.payment_id
CROSS JOIN LATERAL (SELECT coalesce(t.booked_sen, 0) - coalesce(t.returned_sen, 0) AS net_sen) n
WHERE CASE p.status
        WHEN 'completed' THEN n.net_sen <> CASE p.method WHEN 'wallet' THEN 0 ELSE p.amount_sen END - p.refunded_sen
        WHEN 'refunded' THEN p.refunded_sen <> p.amount_sen OR n.net_sen NOT IN (0, -p.amount_sen)
        ELSE p.refunded_sen <> 0 OR n.net_sen <> 0 END
ORDER BY p.merchant_id, p.payment_id"""

#: A deposit's money waits whatever became of the deposit itself, until somebody decides; what waited of it under
#: earlier versions is in no account. Its transfers name it where others name a payment: nothing else has its id.
_SUSPENSE_IS_LATE: Final = """
SELECT coalesce(p.merchant_id, t.merchant_id) AS merchant_id, coalesce(p.payment_id, t.payment_id) AS payment_id,
       p.public_id, p.status, p.late_sen AS amount_sen, coalesce(t.waiting_sen, 0) AS waiting_sen
FROM (SELECT p.merchant_id, p.payment_id, p.public_id, p.status,
             CASE p.status WHEN 'late' THEN p.amount_sen ELSE 0 END AS late_sen
      FROM {payments} p
      UNION ALL
      SELECT d.merchant_id, d.deposit_id, d.public_id, d.status,
             CASE WHEN d.held_at IS NULL OR d.status IN ('succeeded', 'refunded') THEN 0
                  ELSE coalesce(d.came_sen, d.pay_sen - d.fee_sen) END
      FROM {deposits} d) p
FULL JOIN (SELECT t.merchant_id, t.payment_id,
                  sum(CASE t.credit_account_id WHEN s.account_id THEN t.amount_sen ELSE -t.amount_sen END)
                    AS waiting_sen
           FROM {transfers} t JOIN {accounts} s
             ON s.merchant_id = t.merchant_id AND s.environment = t.environment AND s.kind = 'suspense'
            AND s.account_id IN (t.debit_account_id, t.credit_account_id)
           GROUP BY 1, 2) t
  ON t.merchant_id = p.merchant_id AND t.payment_id = p.payment_id
WHERE coalesce(t.waiting_sen, 0) <> coalesce(p.late_sen, 0)
ORDER BY 1, 2"""

#: Refunds of versions before tasks went out at once and never met the account: nothing is asked of them.
_REFUNDS_OWED: Final = """
SELECT coalesce(k.merchant_id, t.merchant_id) AS merchant_id, coalesce(k.payment_id, t.payment_id) AS payment_id,
       p.public_id, n.refunded_sen, coalesce(k.open_sen, 0) AS open_sen, coalesce(t.owed_sen, 0) AS owed_sen,
       coalesce(k.done_sen, 0) AS done_sen, coalesce(t.sent_sen, 0) AS sent_sen,
       coalesce(k.withdrawn_sen, 0) AS withdrawn_sen, coalesce(t.kept_sen, 0) AS kept_sen
FROM (SELECT k.merchant_id, k.payment_id, k.environment,
             sum(k.amount_sen) FILTER (WHERE k.status IN ('open', 'sending')) AS open_sen,
             sum(k.amount_sen) FILTER (WHERE k.status = 'done') AS done_sen,
             sum(k.amount_sen) FILTER (WHERE k.status = 'withdrawn') AS withdrawn_sen
      FROM {refund_tasks} k GROUP BY 1, 2, 3) k
FULL JOIN (SELECT t.merchant_id, t.payment_id, t.environment,
                  sum(CASE t.credit_account_id WHEN o.account_id THEN t.amount_sen ELSE -t.amount_sen END) AS owed_sen,
                  sum(t.amount_sen) FILTER (WHERE t.reason = 'refund_sent') AS sent_sen,
                  sum(t.amount_sen) FILTER (WHERE t.reason = 'refund_withdrawn') AS kept_sen
           FROM {transfers} t JOIN {accounts} o
             ON o.merchant_id = t.merchant_id AND o.environment = t.environment AND o.kind = 'refunds_owed'
            AND o.account_id IN (t.debit_account_id, t.credit_account_id)
           GROUP BY 1, 2, 3) t
  ON t.merchant_id = k.merchant_id AND t.payment_id = k.payment_id AND t.environment = k.environment
LEFT JOIN {payments} p ON p.merchant_id = k.merchant_id AND p.payment_id = k.payment_id
LEFT JOIN {deposits} d ON d.merchant_id = k.merchant_id AND d.deposit_id = k.payment_id
CROSS JOIN LATERAL
     (SELECT coalesce(p.refunded_sen,
                      CASE d.status WHEN 'refunded' THEN coalesce(d.came_sen, d.pay_sen - d.fee_sen) END,
                      0) AS refunded_sen) n
WHERE coalesce(k.open_sen, 0) <> coalesce(t.owed_sen, 0) OR coalesce(k.done_sen, 0) <> coalesce(t.sent_sen, 0)
   OR coalesce(k.withdrawn_sen, 0) <> coalesce(t.kept_sen, 0)
   OR coalesce(k.open_sen, 0) + coalesce(k.done_sen, 0) > n.refunded_sen
ORDER BY 1, 2"""

#: A payment that was taken back has its fees booked out again, under the same reasons.
_FEES_BOOKED: Final = """
SELECT p.merchant_id, p.payment_id, p.public_id, p.status, p.fee_sen, p.merchant_fee_sen,
       p.matching_sen, coalesce(t.kept_sen, 0) AS kept_sen, coalesce(t.on_top_sen, 0) AS on_top_sen,
       coalesce(t.matched_sen, 0) AS matched_sen
FROM {payments} p
LEFT JOIN (SELECT t.merchant_id, t.payment_id,
                  sum(CASE t.debit_account_id WHEN f.account_id THEN t.amount_sen ELSE -t.amount_sen END)
                    FILTER (WHERE t.reason = 'fee') AS kept_sen,
                  sum(CASE t.credit_account_id WHEN f.account_id THEN t.amount_sen ELSE -t.amount_sen END)
                    FILTER (WHERE t.reason = 'surcharge') AS on_top_sen,
                  sum(CASE t.credit_account_id WHEN f.account_id THEN t.amount_sen ELSE -t.amount_sen END)
                    FILTER (WHERE t.reason = 'matching') AS matched_sen
           FROM {transfers} t JOIN {accounts} f
             ON f.merchant_id = t.merchant_id AND f.environment = t.environment AND f.kind = 'fees'
            AND f.account_id IN (t.debit_account_id, t.credit_account_id)
           GROUP BY 1, 2) t
  ON t.merchant_id = p.merchant_id AND t.payment_id = p.payment_id
CROSS JOIN LATERAL (SELECT CASE WHEN p.status IN ('completed', 'late', 'refunded') THEN 1 ELSE 0 END AS times) a
WHERE coalesce(t.kept_sen, 0) <> a.times * (p.fee_sen + p.merchant_fee_sen)
   OR coalesce(t.on_top_sen, 0) <> a.times * p.fee_sen
   OR coalesce(t.matched_sen, 0) <> a.times * p.matching_sen
ORDER BY p.merchant_id, p.payment_id"""

_ARRIVALS_PAID: Final = """
SELECT a.merchant_id, a.arrival_id, a.arrival_key, a.amount_sen, a.payment_id, a.deposit_id,
       coalesce(p.status, d.status) AS status,
       coalesce(p.amount_sen + p.fee_sen + p.matching_sen, d.pay_sen) AS asked_sen, a.times
FROM (SELECT a.*, count(*) OVER (PARTITION BY a.merchant_id, a.payment_id, a.deposit_id) AS times
      FROM {arrivals} a WHERE a.status = 'booked') a
LEFT JOIN {payments} p ON p.merchant_id = a.merchant_id AND p.payment_id = a.payment_id
LEFT JOIN {deposits} d ON d.merchant_id = a.merchant_id AND d.deposit_id = a.deposit_id
WHERE a.times > 1 OR CASE WHEN a.deposit_id IS NULL
        THEN p.payment_id IS NULL OR p.order_id <> a.order_id
          OR p.amount_sen + p.fee_sen + p.matching_sen <> a.amount_sen
          OR p.status NOT IN ('completed', 'late', 'refunded', 'cancelled')
        ELSE d.deposit_id IS NULL OR a.payment_id IS NOT NULL OR d.pay_sen <> a.amount_sen
          OR d.status NOT IN ('succeeded', 'late', 'refunded') END
ORDER BY a.merchant_id, a.arrival_id"""

OF_BOOKS: Final = (
    Invariant(
        "transfers_balance",
        "Every transfer takes more than nothing from one account and gives it to another one of the same merchant and "
        "environment, so that all transfers sum to zero",
        _TRANSFERS_BALANCE,
    ),
    Invariant(
        "holds_resolved_once",
        "Each hold is resolved at most once, between its own accounts, for no more than it held",
        _HOLDS_RESOLVED_ONCE,
    ),
    Invariant("wallet_not_below_zero", "No wallet has less than nothing available", _WALLET_NOT_BELOW_ZERO),
    Invariant("held_is_open_holds", "What a wallet has on hold is the sum of its open holds", _HELD_IS_OPEN_HOLDS),
    Invariant("totals_recomputed", "Stored account totals equal those recomputed from transfers", _TOTALS_RECOMPUTED),
    Invariant(
        "payments_booked", "Every payment agrees with the transfers that booked or returned it", _PAYMENTS_BOOKED
    ),
    Invariant(
        "suspense_is_late",
        "What waits in the suspense account is the money of payments and deposits that came late or of another amount, "
        "each whole, and nothing else",
        _SUSPENSE_IS_LATE,
    ),
    Invariant(
        "refunds_owed",
        "What is owed to payers is the sum of the refunds that are still to be sent, payment by payment and deposit by "
        "deposit; what was sent left by those that are done, once, and never more than was given back",
        _REFUNDS_OWED,
    ),
    Invariant(
        "arrivals_paid",
        "Money that came into a seller's account and is booked paid one payment or deposit that asked for exactly "
        "that, and no other money is booked for it",
        _ARRIVALS_PAID,
    ),
    Invariant(
        "fees_booked",
        "Of every payment that arrived, what its method kept is in the fees account, and beside it what its payer paid "
        "on top, and more or less to be told from others; of others, nothing",
        _FEES_BOOKED,
    ),
)
