-- depends: 0004-shipping

ALTER TABLE accounts DROP CONSTRAINT accounts_kind_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind_check
    CHECK (kind IN ('wallet', 'sales', 'gateway', 'funding', 'suspense')) NOT VALID;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_kind_check;

-- One number of the sequence stands for a block of a thousand ids (engine/ids.py); the first of a block is taken here.
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT m.merchant_id, (nextval('gerai_ids') - 1) * 1000 + 1, e.environment, k.kind, now()
FROM merchants m, (VALUES ('sandbox'), ('production')) AS e(environment), (VALUES ('suspense')) AS k(kind);

-- Money that is held already is booked where it waits.
INSERT INTO transfers (merchant_id, transfer_id, environment, phase, debit_account_id, credit_account_id, amount_sen,
                       reason, order_id, payment_id, note, created_at)
SELECT p.merchant_id, (nextval('gerai_ids') - 1) * 1000 + 1, p.environment, 'single', g.account_id, s.account_id,
       p.amount_sen, 'late', p.order_id, p.payment_id, '', coalesce(p.completed_at, p.updated_at)
FROM payments p
JOIN accounts g ON g.merchant_id = p.merchant_id AND g.environment = p.environment AND g.kind = 'gateway'
JOIN accounts s ON s.merchant_id = p.merchant_id AND s.environment = p.environment AND s.kind = 'suspense'
WHERE p.status = 'late' AND p.amount_sen > 0;

-- What waits for a person: late payments, and money of orders that ended without being delivered.
CREATE INDEX payments_late ON payments (merchant_id, payment_id) WHERE status = 'late';
CREATE INDEX orders_ended_with_money ON orders (merchant_id, order_id)
    WHERE status IN ('cancelled', 'failed', 'returned') AND charged_sen > refunded_sen;
