-- depends: 0017-webhook-sequence
-- transactional: false

-- A build waits for whoever looks at an older state (a check of the books: minutes); nobody waits behind it meanwhile.
SET lock_timeout = '10min';

-- Built beside the shop's work, which goes on. An index of a build that was cut off is there and good for nothing:
-- each is dropped first, so that this can be run again from its beginning.
DROP INDEX CONCURRENTLY IF EXISTS orders_listed;
CREATE INDEX CONCURRENTLY orders_listed ON orders (merchant_id, environment, channel, created_at, order_id);
DROP INDEX CONCURRENTLY IF EXISTS orders_status;
CREATE INDEX CONCURRENTLY orders_status ON orders (merchant_id, environment, channel, status, created_at, order_id);
DROP INDEX CONCURRENTLY IF EXISTS orders_of_member;
CREATE INDEX CONCURRENTLY orders_of_member
    ON orders (merchant_id, environment, member_id, status, created_at, order_id) WHERE member_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS orders_number;
CREATE INDEX CONCURRENTLY orders_number ON orders USING hash (number);
DROP INDEX CONCURRENTLY IF EXISTS orders_reference;
CREATE INDEX CONCURRENTLY orders_reference ON orders USING hash (reference) WHERE reference <> '';
DROP INDEX CONCURRENTLY IF EXISTS payments_listed;
CREATE INDEX CONCURRENTLY payments_listed ON payments (merchant_id, environment, created_at, payment_id);
DROP INDEX CONCURRENTLY IF EXISTS idempotency_keys_old;
CREATE INDEX CONCURRENTLY idempotency_keys_old ON idempotency_keys (created_at);

-- What the new ones do instead.
DROP INDEX CONCURRENTLY IF EXISTS orders_member;
DROP INDEX CONCURRENTLY IF EXISTS orders_link_code;
RESET lock_timeout;
