"""What must be true of the money of deposits: credited, or given back."""

from __future__ import annotations

from typing import Final

from gerai.store.invariant import Invariant

_DEPOSITS_CREDITED: Final = """
SELECT coalesce(d.merchant_id, t.merchant_id) AS merchant_id, d.deposit_id, d.public_id, d.status, d.method,
       d.amount_sen, coalesce(d.transfer_id, t.transfer_id) AS transfer_id, t.amount_sen AS credited_sen,
       s.kind AS credited_from
FROM (SELECT d.*, count(*) OVER (PARTITION BY d.merchant_id, d.transfer_id) AS times FROM {deposits} d) d
FULL JOIN (SELECT t.* FROM {transfers} t WHERE t.reason = 'deposit') t
  ON t.merchant_id = d.merchant_id AND t.transfer_id = d.transfer_id
LEFT JOIN {accounts} s ON s.merchant_id = t.merchant_id AND s.account_id = t.debit_account_id
WHERE CASE WHEN d.deposit_id IS NULL THEN true
           WHEN d.status <> 'succeeded' THEN d.transfer_id IS NOT NULL
           ELSE d.times > 1 OR (t.phase, t.environment, t.credit_account_id, t.amount_sen, s.kind) IS DISTINCT FROM
             ('single', d.environment, d.account_id, d.amount_sen,
              CASE d.method WHEN 'manual' THEN 'funding' ELSE 'gateway' END) END
ORDER BY 1, 2, 7"""

#: A transfer names no deposit; the matching transfer of a payment names that.
_DEPOSITS_MATCHED: Final = """
SELECT coalesce(d.merchant_id, t.merchant_id) AS merchant_id, d.deposit_id, d.public_id, d.status,
       d.pay_sen - d.amount_sen - d.fee_sen AS matching_sen,
       coalesce(d.matching_transfer_id, t.transfer_id) AS transfer_id, t.amount_sen AS booked_sen
FROM (SELECT d.*, count(*) OVER (PARTITION BY d.merchant_id, d.matching_transfer_id) AS times FROM {deposits} d) d
FULL JOIN (SELECT t.* FROM {transfers} t WHERE t.reason = 'matching' AND t.payment_id IS NULL) t
  ON t.merchant_id = d.merchant_id AND t.transfer_id = d.matching_transfer_id
LEFT JOIN {accounts} s ON s.merchant_id = t.merchant_id AND s.account_id = t.debit_account_id
LEFT JOIN {accounts} f ON f.merchant_id = t.merchant_id AND f.account_id = t.credit_account_id
WHERE CASE WHEN d.deposit_id IS NULL THEN true
           WHEN d.status <> 'succeeded' OR d.pay_sen = d.amount_sen + d.fee_sen THEN d.matching_transfer_id IS NOT NULL
           ELSE d.times > 1 OR (t.phase, t.environment, t.amount_sen, s.kind, f.kind) IS DISTINCT FROM
             ('single', d.environment, d.pay_sen - d.amount_sen - d.fee_sen, 'gateway', 'fees') END
ORDER BY 1, 2, 6"""

#: Of what was given back whole under earlier versions, nothing is known.
_DEPOSITS_RETURNED: Final = """
SELECT d.merchant_id, d.deposit_id, d.public_id, d.status, d.held_at, d.came_sen, d.contract_id,
       coalesce(t.returned_sen, 0) AS returned_sen
FROM {deposits} d
LEFT JOIN (SELECT t.merchant_id, t.payment_id,
                  sum(CASE t.reason WHEN 'refund' THEN t.amount_sen ELSE -t.amount_sen END) AS returned_sen
           FROM {transfers} t WHERE t.payment_id IS NOT NULL AND t.order_id IS NULL
             AND t.reason IN ('refund', 'refund_withdrawn')
           GROUP BY 1, 2) t
  ON t.merchant_id = d.merchant_id AND t.payment_id = d.deposit_id
WHERE coalesce(t.returned_sen, 0) <> CASE WHEN d.status = 'refunded' AND d.held_at IS NOT NULL
                                          THEN coalesce(d.came_sen, d.pay_sen - d.fee_sen) ELSE 0 END
   OR (d.came_sen IS NOT NULL AND (d.held_at IS NULL OR d.status = 'succeeded' OR d.came_sen = d.pay_sen))
ORDER BY d.merchant_id, d.deposit_id"""

OF_DEPOSITS: Final = (
    Invariant(
        "deposits_credited",
        "Every succeeded deposit credited its wallet by exactly one transfer of its amount; no other deposit has one, "
        "and every such transfer has its deposit",
        _DEPOSITS_CREDITED,
    ),
    Invariant(
        "deposits_matched",
        "What the payer of a succeeded deposit was asked for beyond its amount and fee is in the fees account, by "
        "exactly one transfer; no other deposit has one, and every such transfer has its deposit",
        _DEPOSITS_MATCHED,
    ),
    Invariant(
        "deposits_returned",
        "What went back to the payer of a deposit is all that came for it, once, and of no other deposit anything; "
        "another amount than was asked for waits, or went back",
        _DEPOSITS_RETURNED,
    ),
)
