-- depends: 0027-money-notices
-- transactional: false

-- Written to be run again from its beginning. The new rules are looked at for each row beside the work.
ALTER TABLE deposits ADD COLUMN IF NOT EXISTS receiving_id bigint;
ALTER TABLE deposits ADD COLUMN IF NOT EXISTS matching_transfer_id bigint;

ALTER TABLE expected_amounts ALTER COLUMN order_id DROP NOT NULL;
ALTER TABLE expected_amounts ALTER COLUMN payment_id DROP NOT NULL;
ALTER TABLE expected_amounts ADD COLUMN IF NOT EXISTS deposit_id bigint;
ALTER TABLE expected_amounts DROP CONSTRAINT IF EXISTS expected_of_one;
ALTER TABLE expected_amounts ADD CONSTRAINT expected_of_one
    CHECK (num_nonnulls(payment_id, deposit_id) = 1 AND (payment_id IS NULL) = (order_id IS NULL)) NOT VALID;
ALTER TABLE expected_amounts VALIDATE CONSTRAINT expected_of_one;

ALTER TABLE arrivals ADD COLUMN IF NOT EXISTS deposit_id bigint;
ALTER TABLE arrivals DROP CONSTRAINT IF EXISTS arrivals_check;
ALTER TABLE arrivals DROP CONSTRAINT IF EXISTS arrival_of_one;
ALTER TABLE arrivals ADD CONSTRAINT arrival_of_one
    CHECK (num_nonnulls(payment_id, deposit_id) = CASE status WHEN 'booked' THEN 1 ELSE 0 END) NOT VALID;
ALTER TABLE arrivals VALIDATE CONSTRAINT arrival_of_one;

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS deposits_receiving;
CREATE INDEX CONCURRENTLY deposits_receiving ON deposits (merchant_id, receiving_id, pay_sen) WHERE receiving_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS deposits_late;
CREATE INDEX CONCURRENTLY deposits_late ON deposits (merchant_id, deposit_id) WHERE status = 'late';
RESET lock_timeout;
