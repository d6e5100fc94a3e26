-- depends: 0041-one-sender
-- transactional: false

-- Written to be run again from its beginning.
SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS fulfilments_unknown;
CREATE INDEX CONCURRENTLY fulfilments_unknown ON fulfilments (merchant_id, environment, order_id) WHERE status = 'unknown';
RESET lock_timeout;
