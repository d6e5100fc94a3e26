-- depends: 0007-shipments

-- The last look at each invariant. merchant_id 0: at the books of all merchants.
CREATE TABLE book_checks (
    merchant_id bigint NOT NULL,
    invariant text NOT NULL,
    broken_rows integer NOT NULL CHECK (broken_rows >= 0),
    took_ms integer NOT NULL CHECK (took_ms >= 0),
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, invariant)
);
