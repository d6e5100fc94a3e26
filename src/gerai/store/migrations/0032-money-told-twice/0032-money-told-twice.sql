-- depends: 0031-gateways
-- transactional: false

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS arrivals_of_amount;
CREATE INDEX CONCURRENTLY arrivals_of_amount ON arrivals (merchant_id, receiving_id, amount_sen);
RESET lock_timeout;
