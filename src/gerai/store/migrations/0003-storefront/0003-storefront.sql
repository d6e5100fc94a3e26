-- depends: 0001-foundation

CREATE TABLE stores (
    merchant_id bigint NOT NULL,
    store_id bigint NOT NULL CHECK (store_id > 0),
    unique_id text NOT NULL,
    uuid uuid NOT NULL,
    name text NOT NULL,
    logo text NOT NULL DEFAULT '',
    -- its own address with scheme, no trailing slash; links use it once it is verified
    domain text NOT NULL DEFAULT '',
    domain_verified boolean NOT NULL DEFAULT false,
    is_active boolean NOT NULL DEFAULT true,
    is_public boolean NOT NULL DEFAULT true,
    payment_methods text[] NOT NULL,
    sub_payment_methods text[] NOT NULL DEFAULT '{}',
    settings jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (merchant_id, store_id),
    UNIQUE (merchant_id, unique_id)
);

CREATE TABLE products (
    merchant_id bigint NOT NULL,
    product_id bigint NOT NULL CHECK (product_id > 0),
    uuid uuid NOT NULL,
    name text NOT NULL,
    public_name text NOT NULL,
    item_type text NOT NULL CHECK (item_type IN ('physical', 'digital', 'course', 'license', 'subscription')),
    is_visible boolean NOT NULL DEFAULT true,
    -- names of what the variants differ in, at most three
    options text[] NOT NULL DEFAULT '{}' CHECK (cardinality(options) <= 3),
    labels text[] NOT NULL DEFAULT '{}',
    images text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (merchant_id, product_id)
);

CREATE TABLE variants (
    merchant_id bigint NOT NULL,
    variant_id bigint NOT NULL CHECK (variant_id > 0),
    product_id bigint NOT NULL,
    unique_id text NOT NULL,
    uuid uuid NOT NULL,
    name text NOT NULL,
    sku text NOT NULL DEFAULT '',
    price_sen bigint NOT NULL CHECK (price_sen >= 0),
    reseller_price_sen bigint NOT NULL DEFAULT 0 CHECK (reseller_price_sen >= 0),
    cost_sen bigint NOT NULL DEFAULT 0 CHECK (cost_sen >= 0),
    weight_g integer NOT NULL DEFAULT 0 CHECK (weight_g >= 0),
    -- false: never sold out, no stock row needed
    is_inventory boolean NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    options text[] NOT NULL DEFAULT '{}' CHECK (cardinality(options) <= 3),
    images text[] NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (merchant_id, variant_id),
    UNIQUE (merchant_id, unique_id),
    FOREIGN KEY (merchant_id, product_id) REFERENCES products
);

CREATE TABLE bundles (
    merchant_id bigint NOT NULL,
    bundle_id bigint NOT NULL CHECK (bundle_id > 0),
    name text NOT NULL,
    public_name text NOT NULL,
    custom_id text NOT NULL DEFAULT '',
    is_sharing boolean NOT NULL DEFAULT false,
    weight_bump_g integer NOT NULL DEFAULT 0 CHECK (weight_bump_g >= 0),
    images text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (merchant_id, bundle_id)
);

CREATE TABLE bundle_parts (
    merchant_id bigint NOT NULL,
    part_id bigint NOT NULL CHECK (part_id > 0),
    bundle_id bigint NOT NULL,
    variant_id bigint NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (merchant_id, part_id),
    UNIQUE (merchant_id, bundle_id, variant_id),
    FOREIGN KEY (merchant_id, bundle_id) REFERENCES bundles,
    FOREIGN KEY (merchant_id, variant_id) REFERENCES variants
);

CREATE TABLE price_options (
    merchant_id bigint NOT NULL,
    option_id bigint NOT NULL CHECK (option_id > 0),
    bundle_id bigint NOT NULL,
    unique_id text NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    price_sen bigint NOT NULL CHECK (price_sen >= 0),
    is_visible boolean NOT NULL DEFAULT true,
    PRIMARY KEY (merchant_id, option_id),
    UNIQUE (merchant_id, unique_id),
    FOREIGN KEY (merchant_id, bundle_id) REFERENCES bundles
);

CREATE TABLE warehouses (
    merchant_id bigint NOT NULL,
    warehouse_id bigint NOT NULL CHECK (warehouse_id > 0),
    unique_id text NOT NULL,
    name text NOT NULL,
    contact_name text NOT NULL DEFAULT '',
    contact_phone text NOT NULL DEFAULT '',
    address text NOT NULL,
    location_id bigint NOT NULL,
    postal_code text NOT NULL,
    PRIMARY KEY (merchant_id, warehouse_id),
    UNIQUE (merchant_id, unique_id)
);

-- What stands on which store's shelf.
CREATE TABLE store_products (
    merchant_id bigint NOT NULL,
    store_id bigint NOT NULL,
    product_id bigint NOT NULL,
    PRIMARY KEY (merchant_id, store_id, product_id),
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores,
    FOREIGN KEY (merchant_id, product_id) REFERENCES products
);

CREATE TABLE store_price_options (
    merchant_id bigint NOT NULL,
    store_id bigint NOT NULL,
    option_id bigint NOT NULL,
    PRIMARY KEY (merchant_id, store_id, option_id),
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores,
    FOREIGN KEY (merchant_id, option_id) REFERENCES price_options
);
