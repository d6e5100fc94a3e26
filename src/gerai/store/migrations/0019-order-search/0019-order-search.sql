-- depends: 0018-indexes-of-large-shops
-- transactional: false

-- Built and dropped beside the shop's work, as in 0018, and written to be run again from its beginning.
SET lock_timeout = '10min';

CREATE TABLE IF NOT EXISTS order_terms (
    merchant_id bigint NOT NULL,
    environment text NOT NULL,
    channel text NOT NULL,
    week integer NOT NULL,
    term text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    order_id bigint NOT NULL,
    PRIMARY KEY (merchant_id, environment, channel, week, term, created_at, order_id)
);

-- Orders from before: those below before_id have no terms yet. They get them piece by piece, the newest first
-- (gerai.store.fill_terms), and the row goes with the last of them.
CREATE TABLE IF NOT EXISTS orders_without_terms (
    merchant_id bigint PRIMARY KEY,
    before_id bigint NOT NULL
);
INSERT INTO orders_without_terms SELECT merchant_id, max(order_id) + 1 FROM orders GROUP BY merchant_id
ON CONFLICT DO NOTHING;

-- A payment link's code is six letters and may be any merchant's; everything else is found by its terms.
DROP INDEX CONCURRENTLY IF EXISTS orders_link_code;
CREATE INDEX CONCURRENTLY orders_link_code ON orders USING hash (number) WHERE length(number) = 6;
DROP INDEX CONCURRENTLY IF EXISTS orders_number;
DROP INDEX CONCURRENTLY IF EXISTS orders_reference;
DROP INDEX CONCURRENTLY IF EXISTS orders_payment_mark;

-- What a person looks at and sends again: by endpoint and state, by when it happened.
DROP INDEX CONCURRENTLY IF EXISTS webhook_deliveries_listed;
CREATE INDEX CONCURRENTLY webhook_deliveries_listed
    ON webhook_deliveries (merchant_id, endpoint_id, status, happened_at, delivery_id);
RESET lock_timeout;
