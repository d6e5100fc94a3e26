-- depends: 0052-broken-books
-- transactional: false

-- Written to be run again from its beginning.
ALTER TABLE receiving_accounts ADD COLUMN IF NOT EXISTS settles jsonb;
ALTER TABLE payments ADD COLUMN IF NOT EXISTS acquired_by bigint;
ALTER TABLE deposits ADD COLUMN IF NOT EXISTS acquired_by bigint;
-- Those that are open: what was started to be paid into one before is counted as there, as it always was.
UPDATE receiving_accounts SET settles = '{"days": 1}' WHERE method = 'qris' AND closed_at IS NULL AND settles IS NULL;

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS payments_acquired;
CREATE INDEX CONCURRENTLY payments_acquired ON payments (merchant_id, acquired_by, completed_at)
    WHERE acquired_by IS NOT NULL AND payout_id IS NULL AND status IN ('completed', 'late', 'refunded');
DROP INDEX CONCURRENTLY IF EXISTS deposits_acquired;
CREATE INDEX CONCURRENTLY deposits_acquired ON deposits (merchant_id, acquired_by, (coalesce(held_at, completed_at)))
    WHERE acquired_by IS NOT NULL AND payout_id IS NULL AND coalesce(held_at, completed_at) IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS payments_of_payouts;
CREATE INDEX CONCURRENTLY payments_of_payouts ON payments (merchant_id, payout_id, payment_id) WHERE payout_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS deposits_of_payouts;
CREATE INDEX CONCURRENTLY deposits_of_payouts ON deposits (merchant_id, payout_id, deposit_id) WHERE payout_id IS NOT NULL;
RESET lock_timeout;
