-- depends: 0008-book-checks

ALTER TABLE accounts DROP CONSTRAINT accounts_kind_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind_check
    CHECK (kind IN ('wallet', 'sales', 'gateway', 'funding', 'suspense', 'fees')) NOT VALID;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_kind_check;

-- One number of the sequence stands for a block of a thousand ids (engine/ids.py); the first of a block is taken here.
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT m.merchant_id, (nextval('gerai_ids') - 1) * 1000 + 1, e.environment, k.kind, now()
FROM merchants m, (VALUES ('sandbox'), ('production')) AS e(environment), (VALUES ('suspense'), ('fees')) AS k(kind);

-- Money that is held already is booked where it waits.
INSERT INTO transfers (merchant_id, transfer_id, environment, phase, debit_account_id, credit_account_id, amount_sen,
                       reason, order_id, payment_id, note, created_at)
SELECT p.merchant_id, (nextval('gerai_ids') - 1) * 1000 + 1, p.environment, 'single', g.account_id, s.account_id,
       p.amount_sen, 'late', p.order_id, p.payment_id, '', coalesce(p.completed_at, p.updated_at)
FROM payments p
JOIN accounts g ON g.merchant_id = p.merchant_id AND g.environment = p.environment AND g.kind = 'gateway'
JOIN accounts s ON s.merchant_id = p.merchant_id AND s.environment = p.environment AND s.kind = 'suspense'
WHERE p.status = 'late' AND p.amount_sen > 0;

-- What the method keeps of the amount; what the payer pays for it on top is fee_sen.
ALTER TABLE payments ADD COLUMN merchant_fee_sen bigint NOT NULL DEFAULT 0;
ALTER TABLE payments ADD CONSTRAINT fee_within_payment
    CHECK (merchant_fee_sen >= 0 AND merchant_fee_sen <= amount_sen) NOT VALID;
ALTER TABLE payments VALIDATE CONSTRAINT fee_within_payment;

-- Fees that payers paid on top and the method kept: both halves, so that gateway has seen them.
WITH paid AS MATERIALIZED (
    SELECT p.*, (nextval('gerai_ids') - 1) * 1000 AS block FROM payments p
    WHERE p.status IN ('completed', 'late', 'refunded') AND p.fee_sen > 0
)
INSERT INTO transfers (merchant_id, transfer_id, environment, phase, debit_account_id, credit_account_id, amount_sen,
                       reason, order_id, payment_id, note, created_at)
SELECT p.merchant_id, p.block + h.half, p.environment, 'single',
       CASE h.half WHEN 1 THEN g.account_id ELSE f.account_id END,
       CASE h.half WHEN 1 THEN f.account_id ELSE g.account_id END,
       p.fee_sen, CASE h.half WHEN 1 THEN 'surcharge' ELSE 'fee' END, p.order_id, p.payment_id, '',
       coalesce(p.completed_at, p.updated_at)
FROM paid p CROSS JOIN (VALUES (1), (2)) AS h(half)
JOIN accounts g ON g.merchant_id = p.merchant_id AND g.environment = p.environment AND g.kind = 'gateway'
JOIN accounts f ON f.merchant_id = p.merchant_id AND f.environment = p.environment AND f.kind = 'fees';

-- What waits for a person: late payments, and money of orders that ended without being delivered.
CREATE INDEX payments_late ON payments (merchant_id, payment_id) WHERE status = 'late';
CREATE INDEX orders_ended_with_money ON orders (merchant_id, order_id)
    WHERE status IN ('cancelled', 'failed', 'returned') AND charged_sen > refunded_sen;
