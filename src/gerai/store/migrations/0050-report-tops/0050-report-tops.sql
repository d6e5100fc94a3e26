-- depends: 0049-catalogue-changes
-- transactional: false

-- Written to be run again from its beginning. The lists are made by the worker.
CREATE TABLE IF NOT EXISTS report_tops (
    merchant_id bigint NOT NULL,
    environment text NOT NULL,
    days integer NOT NULL,
    channel text NOT NULL,
    last_day date NOT NULL,
    low_sen bigint,
    low_kind text,
    low_id bigint,
    low_named text,
    PRIMARY KEY (merchant_id, environment, days, channel)
);
CREATE TABLE IF NOT EXISTS report_top_items (
    merchant_id bigint NOT NULL,
    environment text NOT NULL,
    days integer NOT NULL,
    channel text NOT NULL,
    item_kind text NOT NULL,
    item_id bigint NOT NULL,
    named text NOT NULL,
    quantity bigint NOT NULL,
    sales_sen bigint NOT NULL,
    PRIMARY KEY (merchant_id, environment, item_kind, item_id, named, days, channel)
);
CREATE INDEX IF NOT EXISTS report_top_items_sorted
    ON report_top_items (merchant_id, environment, days, channel, sales_sen);
ALTER TABLE report_places ADD COLUMN IF NOT EXISTS listed_event_id bigint;
ALTER TABLE report_places ADD COLUMN IF NOT EXISTS rebuild_asked_at timestamptz;

SET lock_timeout = '10min';
DROP INDEX CONCURRENTLY IF EXISTS report_items_of_names;
CREATE INDEX CONCURRENTLY report_items_of_names
    ON report_items (merchant_id, environment, item_kind, item_id, name, day);
