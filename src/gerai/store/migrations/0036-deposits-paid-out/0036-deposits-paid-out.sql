-- depends: 0034-gateway-deposits 0035-payouts
-- transactional: false

-- Written to be run again from its beginning.
ALTER TABLE deposits
    ADD COLUMN IF NOT EXISTS payout_id bigint,
    ADD COLUMN IF NOT EXISTS came_sen bigint,
    ADD COLUMN IF NOT EXISTS held_at timestamptz;
ALTER TABLE refund_tasks ALTER COLUMN order_id DROP NOT NULL;

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS deposits_unsettled;
CREATE INDEX CONCURRENTLY deposits_unsettled ON deposits (merchant_id, contract_id, (coalesce(held_at, completed_at)))
    WHERE contract_id IS NOT NULL AND payout_id IS NULL AND coalesce(held_at, completed_at) IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS deposits_came;
CREATE INDEX CONCURRENTLY deposits_came ON deposits (merchant_id, contract_id, (coalesce(held_at, completed_at)))
    WHERE contract_id IS NOT NULL AND coalesce(held_at, completed_at) IS NOT NULL;
RESET lock_timeout;
