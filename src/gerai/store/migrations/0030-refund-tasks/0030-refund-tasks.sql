-- depends: 0027-money-notices
-- transactional: false

-- Written to be run again from its beginning. The new rule for account kinds is looked at for each row beside the work.
ALTER TABLE accounts DROP CONSTRAINT IF EXISTS accounts_kind_check, ADD CONSTRAINT accounts_kind_check
    CHECK (kind IN ('wallet', 'sales', 'gateway', 'funding', 'suspense', 'refunds_owed', 'fees')) NOT VALID;
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_kind_check;

-- One number of the sequence stands for a block of a thousand ids (engine/ids.py); the first of a block is taken here.
INSERT INTO accounts (merchant_id, account_id, environment, kind, updated_at)
SELECT m.merchant_id, (nextval('gerai_ids') - 1) * 1000 + 1, e.environment, 'refunds_owed', now()
FROM merchants m, (VALUES ('sandbox'), ('production')) AS e(environment)
WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.merchant_id = m.merchant_id AND a.environment = e.environment
                  AND a.kind = 'refunds_owed');

CREATE TABLE IF NOT EXISTS refund_tasks (
    merchant_id bigint NOT NULL,
    task_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    amount_sen bigint NOT NULL CHECK (amount_sen > 0),
    source text NOT NULL CHECK (source IN ('sales', 'suspense')),
    status text NOT NULL CHECK (status IN ('open', 'done', 'withdrawn')),
    reason text NOT NULL,
    destination jsonb NOT NULL,
    reference text NOT NULL,
    asked_by text NOT NULL,
    ended_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (merchant_id, task_id),
    CHECK ((status = 'open') = (ended_at IS NULL)),
    -- What was sent can be found again in the bank's list.
    CHECK ((status = 'done') = (reference <> ''))
);
CREATE INDEX IF NOT EXISTS refund_tasks_open ON refund_tasks (merchant_id, task_id) WHERE status = 'open';
