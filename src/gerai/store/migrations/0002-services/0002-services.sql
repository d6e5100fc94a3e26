-- depends: 0001-foundation

CREATE TABLE service_types (
    merchant_id bigint NOT NULL,
    type_id bigint NOT NULL CHECK (type_id > 0),
    code text NOT NULL,
    name text NOT NULL,
    description text,
    is_active boolean NOT NULL DEFAULT true,
    -- JSON Schema of an order's data, and of its result
    input_schema jsonb NOT NULL CHECK (jsonb_typeof(input_schema) = 'object'),
    result_schema jsonb NOT NULL CHECK (jsonb_typeof(result_schema) = 'object'),
    PRIMARY KEY (merchant_id, type_id),
    UNIQUE (merchant_id, code)
);

CREATE TABLE services (
    merchant_id bigint NOT NULL,
    service_id bigint NOT NULL CHECK (service_id > 0),
    type_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    description text,
    -- daily hours on Jakarta's clock; both null: always open; closing before opening: over midnight
    open_time text CHECK (open_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    close_time text CHECK (close_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    is_active boolean NOT NULL DEFAULT true,
    processing_type text NOT NULL CHECK (processing_type IN ('automatic', 'manual')),
    provider text NOT NULL,
    provider_settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(provider_settings) = 'object'),
    -- what one item costs, in sen, whole rupiah
    unit_price_sen bigint NOT NULL CHECK (unit_price_sen > 0 AND unit_price_sen % 100 = 0),
    min_items integer NOT NULL CHECK (min_items > 0),
    max_items integer NOT NULL CHECK (max_items <= 10000),
    -- how long an order's request waits for its provider
    deadline_ms integer NOT NULL DEFAULT 20000 CHECK (deadline_ms BETWEEN 0 AND 60000),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, service_id),
    UNIQUE (merchant_id, code),
    FOREIGN KEY (merchant_id, type_id) REFERENCES service_types,
    CHECK ((open_time IS NULL) = (close_time IS NULL)),
    CHECK (min_items <= max_items)
);
