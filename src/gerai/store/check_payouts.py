"""What must be true of the books of gateways and acquirers: what they paid out, and what it was made of."""

from __future__ import annotations

from typing import Final

from gerai.domain.payment_status import CAME
from gerai.store.conditions import listed
from gerai.store.invariant import Invariant

#: Contracts and own accounts: who pays out, by the name under which all that are one to them pay out together.
_PAYING_OUT: Final = """
(SELECT c.merchant_id, c.contract_id AS id, c.gateway AS name, c.environment FROM {gateway_contracts} c
 UNION ALL
 SELECT a.merchant_id, a.receiving_id, a.method || ':' || coalesce(nullif(a.identity, ''), a.receiving_id::text),
        'production'
 FROM {receiving_accounts} a)"""
#: Payments and top-ups alike.
_PAID: Final = f"""
(SELECT p.merchant_id, p.payout_id, coalesce(p.contract_id, p.acquired_by) AS whose, p.environment,
        p.amount_sen + p.fee_sen + p.matching_sen AS sen,
        p.fee_sen + p.merchant_fee_sen AS kept_sen, p.status IN ({listed(CAME)}) AS came
 FROM {{payments}} p WHERE p.payout_id IS NOT NULL
 UNION ALL
 SELECT d.merchant_id, d.payout_id, coalesce(d.contract_id, d.acquired_by), d.environment,
        coalesce(d.came_sen, d.pay_sen),
        CASE WHEN d.came_sen IS NULL THEN d.fee_sen ELSE 0 END, d.held_at IS NOT NULL OR d.status = 'succeeded'
 FROM {{deposits}} d WHERE d.payout_id IS NOT NULL)"""
_PAYOUTS_HOLD: Final = f"""
SELECT coalesce(o.merchant_id, p.merchant_id, r.merchant_id) AS merchant_id,
       coalesce(o.payout_id, p.payout_id, r.payout_id) AS payout_id, o.reference, o.gross_sen, o.refunded_sen,
       o.known_fee_sen, o.payments, coalesce(p.sen, 0) AS held_sen, coalesce(r.sen, 0) AS taken_off_sen,
       coalesce(p.kept_sen, 0) AS kept_sen, coalesce(p.n, 0) AS held
FROM {{payouts}} o
FULL JOIN (SELECT p.merchant_id, p.payout_id, count(*) AS n, sum(p.sen) AS sen, sum(p.kept_sen) AS kept_sen,
                  min(c.name) AS least, max(c.name) AS most, min(p.environment) AS environment,
                  max(p.environment) AS environments, bool_and(p.came) AS came
           FROM {_PAID} p LEFT JOIN {_PAYING_OUT} c ON c.merchant_id = p.merchant_id AND c.id = p.whose
           GROUP BY 1, 2) p
  ON p.merchant_id = o.merchant_id AND p.payout_id = o.payout_id
FULL JOIN (SELECT t.merchant_id, t.payout_id, sum(t.amount_sen) AS sen, min(c.gateway) AS least,
                  max(c.gateway) AS most, bool_and(t.status = 'done' AND t.contract_id IS NOT NULL) AS sent
           FROM {{refund_tasks}} t LEFT JOIN {{gateway_contracts}} c
             ON c.merchant_id = t.merchant_id AND c.contract_id = t.contract_id
           WHERE t.payout_id IS NOT NULL GROUP BY 1, 2) r
  ON r.merchant_id = o.merchant_id AND r.payout_id = o.payout_id
LEFT JOIN {_PAYING_OUT} g ON g.merchant_id = o.merchant_id AND g.id = o.contract_id
WHERE o.payout_id IS NULL OR p.payout_id IS NULL OR NOT p.came OR NOT coalesce(r.sent, true)
   OR (p.n, p.sen, p.kept_sen, p.least, p.most, p.environment, p.environments) IS DISTINCT FROM
      (o.payments, o.gross_sen, o.known_fee_sen, g.name, g.name, o.environment, g.environment)
   OR coalesce(r.sen, 0) <> o.refunded_sen OR coalesce(r.least, g.name) <> g.name
   OR coalesce(r.most, g.name) <> g.name
ORDER BY 1, 2"""

#: What more was kept than was known when the payments came is one transfer; what was less, one in the other direction.
_PAYOUTS_BOOKED: Final = """
SELECT coalesce(o.merchant_id, t.merchant_id) AS merchant_id, o.payout_id, o.reference, o.amount_sen,
       o.fee_sen - o.known_fee_sen AS more_fee_sen, coalesce(o.transfer, t.transfer_id) AS transfer_id,
       t.amount_sen AS booked_sen, d.kind AS booked_from, c.kind AS booked_to
FROM (SELECT o.*, n.reason, n.transfer, n.sen,
             count(*) OVER (PARTITION BY o.merchant_id, n.reason, n.transfer) AS times
      FROM {payouts} o CROSS JOIN LATERAL
           (VALUES ('payout', o.transfer_id, o.amount_sen),
                   ('payout_fee', o.fee_transfer_id, o.fee_sen - o.known_fee_sen)) AS n(reason, transfer, sen)) o
FULL JOIN (SELECT t.* FROM {transfers} t WHERE t.reason IN ('payout', 'payout_fee')) t
  ON t.merchant_id = o.merchant_id AND t.transfer_id = o.transfer AND t.reason = o.reason
LEFT JOIN {accounts} d ON d.merchant_id = t.merchant_id AND d.account_id = t.debit_account_id
LEFT JOIN {accounts} c ON c.merchant_id = t.merchant_id AND c.account_id = t.credit_account_id
WHERE CASE WHEN o.payout_id IS NULL THEN true
           WHEN o.sen = 0 THEN o.transfer IS NOT NULL
           ELSE o.times > 1 OR (t.phase, t.environment, t.amount_sen, d.kind, c.kind) IS DISTINCT FROM
             ('single', o.environment, abs(o.sen),
              CASE WHEN o.reason = 'payout' THEN 'bank' WHEN o.sen > 0 THEN 'fees' ELSE 'gateway' END,
              CASE WHEN o.reason = 'payout_fee' AND o.sen < 0 THEN 'fees' ELSE 'gateway' END) END
ORDER BY 1, 2, 6"""

#: What a person sent back of what somebody passes on is known by the order's, the payment's and the deposit's own
#: invariants.
_BANK_IS_PAYOUTS: Final = """
SELECT t.merchant_id, t.transfer_id, t.environment, t.reason, t.amount_sen, t.payment_id
FROM {transfers} t JOIN {accounts} b
  ON b.merchant_id = t.merchant_id AND b.kind = 'bank' AND b.account_id IN (t.debit_account_id, t.credit_account_id)
LEFT JOIN {payments} p ON p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id
LEFT JOIN {deposits} e ON e.merchant_id = t.merchant_id AND e.deposit_id = t.payment_id
WHERE NOT (t.reason = 'payout' AND b.account_id = t.debit_account_id
           OR t.reason = 'refund_sent' AND b.account_id = t.credit_account_id
              AND coalesce(p.contract_id, p.acquired_by, e.contract_id, e.acquired_by) IS NOT NULL)
ORDER BY t.merchant_id, t.transfer_id"""

OF_PAYOUTS: Final = (
    Invariant(
        "payouts_hold",
        "Every payout is made of the payments, deposits and refunds that name it, all of its own gateway or acquirer: "
        "together they are what it says, and each is in one payout at most",
        _PAYOUTS_HOLD,
    ),
    Invariant(
        "payouts_booked",
        "Every payout moved its amount from the gateway account to the bank account by exactly one transfer, and what "
        "was kept beyond the fees known before, or less, by exactly one; every such transfer has its payout",
        _PAYOUTS_BOOKED,
    ),
    Invariant(
        "bank_is_payouts",
        "The bank account has what gateways and acquirers paid out, less what a person sent back of payments and "
        "deposits that they took, and nothing else",
        _BANK_IS_PAYOUTS,
    ),
)
