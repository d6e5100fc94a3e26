-- depends: 0025-matching-amounts
-- transactional: false

-- Written to be run again from its beginning.
CREATE TABLE IF NOT EXISTS arrivals (
    merchant_id bigint NOT NULL,
    arrival_id bigint NOT NULL,
    receiving_id bigint NOT NULL,
    arrival_key text NOT NULL,
    amount_sen bigint NOT NULL CHECK (amount_sen > 0),
    arrived_at timestamptz NOT NULL,
    description text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'booked', 'dismissed')),
    order_id bigint,
    payment_id bigint,
    decided_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, arrival_id),
    -- One line of a bank's list is one money, however often it is read.
    UNIQUE (merchant_id, receiving_id, arrival_key),
    CHECK ((status = 'booked') = (payment_id IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS arrivals_waiting ON arrivals (merchant_id, arrival_id) WHERE status = 'waiting';

-- By which one that is closed and named again is known to be the same.
ALTER TABLE receiving_accounts ADD COLUMN IF NOT EXISTS identity text NOT NULL DEFAULT '';

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS payments_receiving;
CREATE INDEX CONCURRENTLY payments_receiving ON payments
    (merchant_id, receiving_id, (amount_sen + fee_sen + matching_sen)) WHERE receiving_id IS NOT NULL;
RESET lock_timeout;
