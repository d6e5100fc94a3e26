-- depends: 0023-set-aside-orders-wait

CREATE TABLE receiving_accounts (
    merchant_id bigint NOT NULL,
    receiving_id bigint NOT NULL,
    method text NOT NULL,
    channel text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    closed_at timestamptz,
    closed_by text NOT NULL DEFAULT '',
    PRIMARY KEY (merchant_id, receiving_id)
);

-- A payer who chose a way to pay is shown one account.
CREATE UNIQUE INDEX receiving_accounts_open ON receiving_accounts (merchant_id, method, channel) WHERE closed_at IS NULL;
