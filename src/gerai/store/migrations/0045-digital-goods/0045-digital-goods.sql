-- depends: 0044-rotated-webhooks
-- transactional: false

-- Written to be run again from its beginning. Nothing is read or changed: the tables are new.
CREATE TABLE IF NOT EXISTS code_pools (
    merchant_id bigint NOT NULL,
    pool_id bigint NOT NULL,
    environment text NOT NULL CHECK (environment IN ('sandbox', 'production')),
    variant_id bigint NOT NULL,
    marker bytea NOT NULL,
    free bigint NOT NULL CHECK (free >= 0),
    given bigint NOT NULL CHECK (given >= 0),
    withdrawn bigint NOT NULL CHECK (withdrawn >= 0),
    low_at bigint CHECK (low_at >= 0),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, pool_id),
    UNIQUE (merchant_id, environment, variant_id)
);
CREATE TABLE IF NOT EXISTS licence_codes (
    merchant_id bigint NOT NULL,
    code_id bigint NOT NULL,
    pool_id bigint NOT NULL,
    sealed bytea NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    status text NOT NULL CHECK (status IN ('free', 'given', 'withdrawn')),
    order_id bigint,
    line_no integer,
    unit_no integer,
    created_at timestamptz NOT NULL,
    given_at timestamptz,
    PRIMARY KEY (merchant_id, code_id),
    UNIQUE (merchant_id, pool_id, digest),
    CHECK ((status = 'given') = (order_id IS NOT NULL AND line_no IS NOT NULL AND unit_no IS NOT NULL
                                 AND given_at IS NOT NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS licence_codes_units ON licence_codes (merchant_id, order_id, line_no, unit_no)
    WHERE order_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS licence_codes_states ON licence_codes (merchant_id, pool_id, status, code_id);
CREATE TABLE IF NOT EXISTS code_deliveries (
    merchant_id bigint NOT NULL,
    order_id bigint NOT NULL,
    environment text NOT NULL CHECK (environment IN ('sandbox', 'production')),
    status text NOT NULL CHECK (status IN ('waiting', 'delivered', 'ended')),
    variant_id bigint NOT NULL,
    units bigint NOT NULL CHECK (units >= 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, order_id)
);
CREATE INDEX IF NOT EXISTS code_deliveries_waiting ON code_deliveries (merchant_id, environment, order_id)
    WHERE status = 'waiting';
CREATE TABLE IF NOT EXISTS variant_files (
    merchant_id bigint NOT NULL,
    file_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    kind text NOT NULL,
    size_bytes integer NOT NULL CHECK (size_bytes >= 0 AND size_bytes <= 20971520),
    digest bytea NOT NULL,
    most_downloads integer CHECK (most_downloads > 0),
    created_at timestamptz NOT NULL,
    content bytea NOT NULL CHECK (length(content) = size_bytes),
    PRIMARY KEY (merchant_id, file_id),
    CHECK ((url <> '') = (size_bytes = 0))
);
-- Books and pictures are packed already: trying to pack them again only costs time.
ALTER TABLE variant_files ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX IF NOT EXISTS variant_files_of ON variant_files (merchant_id, variant_id, file_id);
CREATE TABLE IF NOT EXISTS file_downloads (
    merchant_id bigint NOT NULL,
    order_id bigint NOT NULL,
    file_id bigint NOT NULL,
    downloads integer NOT NULL CHECK (downloads > 0),
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, order_id, file_id)
);
