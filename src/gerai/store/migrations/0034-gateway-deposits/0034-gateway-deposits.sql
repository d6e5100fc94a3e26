-- depends: 0033-gateway-refunds
-- transactional: false

-- Written to be run again from its beginning.
ALTER TABLE deposits ADD COLUMN IF NOT EXISTS contract_id bigint;
ALTER TABLE gateway_attempts ALTER COLUMN order_id DROP NOT NULL;

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS deposits_at_gateway;
CREATE UNIQUE INDEX CONCURRENTLY deposits_at_gateway ON deposits (merchant_id, contract_id, public_id)
    WHERE contract_id IS NOT NULL;
RESET lock_timeout;
