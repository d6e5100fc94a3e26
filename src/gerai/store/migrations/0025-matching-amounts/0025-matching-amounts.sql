-- depends: 0024-receiving-accounts

-- Both without a look at any row: a constant default is kept with the table.
ALTER TABLE payments ADD COLUMN matching_sen bigint NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN receiving_id bigint;

CREATE TABLE expected_amounts (
    merchant_id bigint NOT NULL,
    receiving_id bigint NOT NULL,
    amount_sen bigint NOT NULL,
    order_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    expected_until timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, receiving_id, amount_sen)
);
CREATE INDEX expected_amounts_over ON expected_amounts (expected_until);
