-- depends: 0042-unknown-work
-- transactional: false

-- Written to be run again from its beginning. Nothing is read or changed: the worker counts what there is.
CREATE TABLE IF NOT EXISTS report_hours (
    merchant_id bigint NOT NULL,
    environment text NOT NULL,
    channel text NOT NULL,
    hour timestamptz NOT NULL,
    method text NOT NULL,
    orders bigint NOT NULL,
    paid bigint NOT NULL,
    cancelled bigint NOT NULL,
    failed bigint NOT NULL,
    sales_sen bigint NOT NULL,
    refunds_sen bigint NOT NULL,
    fees_sen bigint NOT NULL,
    pay_s bigint NOT NULL,
    pay_count bigint NOT NULL,
    fulfil_s bigint NOT NULL,
    fulfil_count bigint NOT NULL,
    PRIMARY KEY (merchant_id, environment, hour, channel, method)
);
CREATE TABLE IF NOT EXISTS report_items (
    merchant_id bigint NOT NULL,
    environment text NOT NULL,
    day date NOT NULL,
    channel text NOT NULL,
    item_kind text NOT NULL,
    item_id bigint NOT NULL,
    name text NOT NULL,
    quantity bigint NOT NULL,
    sales_sen bigint NOT NULL,
    PRIMARY KEY (merchant_id, environment, day, channel, item_kind, item_id, name)
);
CREATE TABLE IF NOT EXISTS report_places (
    merchant_id bigint NOT NULL PRIMARY KEY,
    event_id bigint NOT NULL,
    refill_from timestamptz
);
