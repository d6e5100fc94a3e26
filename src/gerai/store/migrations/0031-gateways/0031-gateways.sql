-- depends: 0027-money-notices

CREATE TABLE gateway_contracts (
    merchant_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    environment text NOT NULL CHECK (environment IN ('sandbox', 'production')),
    gateway text NOT NULL,
    base_url text NOT NULL,
    secrets_sealed bytea NOT NULL,
    facts jsonb NOT NULL,
    ways jsonb NOT NULL,
    source_id bigint NOT NULL,
    notice_path text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    closed_at timestamptz,
    closed_by text NOT NULL,
    PRIMARY KEY (merchant_id, contract_id)
);
-- A seller has one of each gateway at a time.
CREATE UNIQUE INDEX gateway_contracts_open ON gateway_contracts (merchant_id, environment, gateway)
    WHERE closed_at IS NULL;

CREATE TABLE gateway_attempts (
    merchant_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    order_id bigint NOT NULL,
    environment text NOT NULL,
    contract_id bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('asked', 'open', 'mismatch', 'ended')),
    reference text NOT NULL,
    looks int NOT NULL CHECK (looks >= 0),
    paid_sen bigint,
    fault text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, payment_id),
    CHECK ((status = 'mismatch') = (paid_sen IS NOT NULL))
);
-- By which a notice that names only the gateway's own id finds its payment.
CREATE INDEX gateway_attempts_reference ON gateway_attempts (merchant_id, contract_id, reference)
    WHERE reference <> '';
CREATE INDEX gateway_attempts_faults ON gateway_attempts (merchant_id, payment_id) WHERE fault <> '';

-- A constant default that needs no rewriting of the table.
ALTER TABLE payments ADD COLUMN contract_id bigint;
