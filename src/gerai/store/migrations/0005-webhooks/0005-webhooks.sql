-- depends: 0004-shipping

CREATE TABLE webhook_endpoints (
    merchant_id bigint NOT NULL,
    endpoint_id bigint NOT NULL,
    environment text NOT NULL CHECK (environment IN ('sandbox', 'production')),
    channel text NOT NULL,
    -- hears only of orders placed with this key, where the contract ties an address to a key
    key_id bigint,
    url text NOT NULL,
    -- names of the door's events; empty: all of them
    events text[] NOT NULL,
    -- sealed: useless without the key that is kept outside the database
    secret_sealed bytea NOT NULL,
    key_sealed bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'disabled', 'removed')),
    reason text NOT NULL,
    -- what happened up to this event is not announced
    after_event_id bigint NOT NULL,
    -- attempts in a row that got no answer, and until when to leave the address alone
    failures integer NOT NULL DEFAULT 0,
    paused_until timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, endpoint_id)
);

CREATE TABLE webhook_deliveries (
    merchant_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    endpoint_id bigint NOT NULL,
    environment text NOT NULL,
    order_id bigint NOT NULL,
    event_id bigint NOT NULL,
    -- one event may be several messages of a contract
    part integer NOT NULL,
    event text NOT NULL,
    -- JSON as text: the fields keep their order
    data text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed', 'dropped')),
    -- all attempts, and those since it last became pending
    attempts integer NOT NULL,
    tries integer NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    -- taken by a worker until then
    leased_until timestamptz,
    happened_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (merchant_id, delivery_id),
    UNIQUE (merchant_id, endpoint_id, event_id, part),
    FOREIGN KEY (merchant_id, endpoint_id) REFERENCES webhook_endpoints
) WITH (fillfactor = 85);
-- What is due at an endpoint, and what waits before it for the same order.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (merchant_id, endpoint_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_chain ON webhook_deliveries (merchant_id, endpoint_id, order_id, event_id, part) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (finished_at) WHERE status <> 'pending';

-- The delivery log: every attempt and what came back.
CREATE TABLE webhook_attempts (
    merchant_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    took_ms integer NOT NULL,
    status_code integer,
    error text NOT NULL,
    answer text NOT NULL,
    PRIMARY KEY (merchant_id, delivery_id, number),
    FOREIGN KEY (merchant_id, delivery_id) REFERENCES webhook_deliveries ON DELETE CASCADE
);
