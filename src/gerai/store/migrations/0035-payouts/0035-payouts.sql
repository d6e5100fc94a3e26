-- depends: 0033-gateway-refunds
-- transactional: false

-- Written to be run again from its beginning. The new rule for account kinds is looked at for each row beside the work.
ALTER TABLE accounts DROP CONSTRAINT IF EXISTS accounts_kind_check, ADD CONSTRAINT accounts_kind_check
    CHECK (kind IN ('wallet', 'sales', 'gateway', 'bank', 'funding', 'suspense', 'refunds_owed', 'fees')) NOT VALID;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_kind_check;

-- One number of the sequence stands for a block of a thousand ids (engine/ids.py); the first of a block is taken here.
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT m.merchant_id, (nextval('gerai_ids') - 1) * 1000 + 1, e.environment, 'bank', now()
FROM merchants m, (VALUES ('sandbox'), ('production')) AS e(environment)
WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.merchant_id = m.merchant_id AND a.environment = e.environment
                  AND a.kind = 'bank');

CREATE TABLE IF NOT EXISTS payouts (
    merchant_id bigint NOT NULL,
    payout_id bigint NOT NULL,
    environment text NOT NULL,
    contract_id bigint NOT NULL,
    reference text NOT NULL CHECK (reference <> ''),
    gross_sen bigint NOT NULL CHECK (gross_sen >= 0),
    refunded_sen bigint NOT NULL CHECK (refunded_sen >= 0),
    fee_sen bigint NOT NULL CHECK (fee_sen >= 0),
    known_fee_sen bigint NOT NULL CHECK (known_fee_sen >= 0),
    amount_sen bigint NOT NULL CHECK (amount_sen >= 0),
    payments int NOT NULL CHECK (payments > 0),
    transfer_id bigint,
    fee_transfer_id bigint,
    paid_at timestamptz NOT NULL,
    booked_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, payout_id),
    -- Of two who book the same at once, one does.
    CONSTRAINT payout_once UNIQUE (merchant_id, contract_id, reference),
    CONSTRAINT payout_adds_up CHECK (gross_sen - refunded_sen - fee_sen = amount_sen)
);
CREATE INDEX IF NOT EXISTS payouts_paid ON payouts (merchant_id, environment, paid_at);

ALTER TABLE payments ADD COLUMN IF NOT EXISTS payout_id bigint;
ALTER TABLE refund_tasks ADD COLUMN IF NOT EXISTS contract_id bigint, ADD COLUMN IF NOT EXISTS payout_id bigint;
ALTER TABLE gateway_attempts ADD COLUMN IF NOT EXISTS fee_sen bigint;

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS payments_at_gateways;
CREATE INDEX CONCURRENTLY payments_at_gateways ON payments (merchant_id, contract_id, completed_at)
    WHERE contract_id IS NOT NULL AND completed_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS payments_unsettled;
CREATE INDEX CONCURRENTLY payments_unsettled ON payments (merchant_id, contract_id, completed_at)
    WHERE contract_id IS NOT NULL AND payout_id IS NULL AND status IN ('completed', 'late', 'refunded');
DROP INDEX CONCURRENTLY IF EXISTS refund_tasks_unsettled;
CREATE INDEX CONCURRENTLY refund_tasks_unsettled ON refund_tasks (merchant_id, contract_id, task_id)
    WHERE contract_id IS NOT NULL AND payout_id IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS refund_tasks_at_gateways;
CREATE INDEX CONCURRENTLY refund_tasks_at_gateways ON refund_tasks (merchant_id, contract_id, payment_id)
    WHERE contract_id IS NOT NULL;
RESET lock_timeout;
